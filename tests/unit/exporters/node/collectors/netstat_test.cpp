#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/netstat") {
  constexpr std::string_view kNetstat =
      "TcpExt: SyncookiesSent ArpFilter\nTcpExt: 3 4\nIpExt: InOctets\nIpExt: 6286396970\n";
  constexpr std::string_view kSnmp =
      "Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: MaxConn CurrEstab\nTcp: -1 9\n";
  constexpr std::string_view kSnmp6 =
      "Ip6InOctets                     \t460\nIcmp6InType1 \t 2\nUdp6InErrors \t0\n";

  TEST_CASE("pairs of lines and the IPv6 list give the chosen fields") {
    Host host;
    host.write("proc/net/netstat", kNetstat);
    host.write("proc/net/snmp", kSnmp);
    host.write("proc/net/snmp6", kSnmp6);
    CHECK(
        host.scrape(make_netstat) ==
        "node_netstat_Ip6_InOctets 460\nnode_netstat_IpExt_InOctets "
        "6.28639697e+09\nnode_netstat_Ip_Forwarding 1\n"
        "node_netstat_TcpExt_SyncookiesSent 3\nnode_netstat_Tcp_CurrEstab 9\nnode_netstat_Udp6_InErrors 0\n");
    CHECK(host.page.find("# HELP node_netstat_Ip6_InOctets Statistic Ip6InOctets.\n") != std::string::npos);
  }

  TEST_CASE("a host without IPv6 has no list and no error") {
    Host host;
    host.write("proc/net/netstat", kNetstat);
    host.write("proc/net/snmp", kSnmp);
    CHECK(host.scrape(make_netstat).find("Ip6") == std::string::npos);
    CHECK_FALSE(host.error);
  }

  TEST_CASE("titles and values that do not fit are errors") {
    Host host;
    host.write("proc/net/snmp", kSnmp);
    for (const char* content :
         {"TcpExt: SyncookiesSent\n", "TcpExt: SyncookiesSent\nIpExt: 1\n", "TcpExt: A B\nTcpExt: 1\n",
          "TcpExt: A\nTcpExt: 1 2\n", "TcpExt: SyncookiesSent\nTcpExt: x\n", "words\nmore\n"}) {
      CAPTURE(content);
      host.write("proc/net/netstat", content);
      host.scrape(make_netstat);
      CHECK(host.error);
    }
    CHECK(host.count_errors_of_cuts(make_netstat, "proc/net/netstat", kNetstat) > 10);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
