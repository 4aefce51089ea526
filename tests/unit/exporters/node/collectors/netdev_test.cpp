#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/netdev") {
  constexpr std::string_view kFile =
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo "
      "colls carrier compressed\n"
      "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n  veth:0: 21 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

  TEST_CASE("the file has sixteen counters per device") {
    Host host;
    host.options.netdev.netlink = false;
    host.options.netdev.devices.include = "^lo$";
    host.write("proc/net/dev", kFile);
    CHECK(
        host.scrape(make_netdev) ==
        "node_network_receive_bytes_total{device=\"lo\"} "
        "1\nnode_network_receive_compressed_total{device=\"lo\"} 7\n"
        "node_network_receive_drop_total{device=\"lo\"} 4\nnode_network_receive_errs_total{device=\"lo\"} 3\n"
        "node_network_receive_fifo_total{device=\"lo\"} 5\nnode_network_receive_frame_total{device=\"lo\"} "
        "6\n"
        "node_network_receive_multicast_total{device=\"lo\"} "
        "8\nnode_network_receive_packets_total{device=\"lo\"} 2\n"
        "node_network_transmit_bytes_total{device=\"lo\"} "
        "9\nnode_network_transmit_carrier_total{device=\"lo\"} 15\n"
        "node_network_transmit_colls_total{device=\"lo\"} "
        "14\nnode_network_transmit_compressed_total{device=\"lo\"} 16\n"
        "node_network_transmit_drop_total{device=\"lo\"} 12\nnode_network_transmit_errs_total{device=\"lo\"} "
        "11\n"
        "node_network_transmit_fifo_total{device=\"lo\"} "
        "13\nnode_network_transmit_packets_total{device=\"lo\"} 10\n");
  }

  TEST_CASE("a device's name may have a colon and its alias is a label on request") {
    Host host;
    host.options.netdev.netlink = false;
    host.options.netdev.label_ifalias = true;
    host.write("proc/net/dev", kFile);
    host.write("sys/class/net/veth:0/ifalias", "to db\n");
    CHECK(host.scrape(make_netdev)
              .find("node_network_receive_bytes_total{device=\"veth:0\",ifalias=\"to db\"} 21\n") !=
          std::string::npos);
  }

  TEST_CASE("netlink shows the loopback device with classic and detailed names") {
    Host host;
    host.write("proc/net/dev", kFile);
    const std::string classic = host.scrape(make_netdev);
    if (classic.find("nohandler") == std::string::npos) return;  // No netlink in this sandbox.
    CHECK(classic.find("node_network_receive_drop_total{device=\"lo\"}") != std::string::npos);
    host.options.netdev.detailed_metrics = true;
    const std::string detailed = host.scrape(make_netdev);
    CHECK(detailed.find("node_network_receive_missed_errors_total{device=\"lo\"}") != std::string::npos);
    CHECK(detailed.find("receive_drop_total") == std::string::npos);
  }

  TEST_CASE("address information has the loopback address") {
    Host host;
    host.options.netdev.netlink = false;
    host.options.netdev.address_info = true;
    host.write("proc/net/dev", kFile);
    CHECK(host.scrape(make_netdev)
              .find("node_network_address_info{address=\"127.0.0.1\",device=\"lo\",netmask=\"8\",scope="
                    "\"link-local\"} 1\n") != std::string::npos);
  }

  TEST_CASE("lines without colon or number are corrupt") {
    Host host;
    host.options.netdev.netlink = false;
    for (const char* content : {"a\nb\nlo 1 2\n", "a\nb\nlo: 1 2\n", "a\nb\nlo: x\n"}) {
      CAPTURE(content);
      host.write("proc/net/dev", content);
      host.scrape(make_netdev);
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
  }

  TEST_CASE("the deprecated name works alone and not beside the new one") {
    Host host;
    host.options.netdev.netlink = false;
    host.write("proc/net/dev", kFile);
    host.options.netdev.devices.old_exclude = "^lo$";
    CHECK(host.scrape(make_netdev).find("\"lo\"") == std::string::npos);
    host.options.netdev.devices.exclude = "x";
    host.options.netdev.devices.exclude_given = true;
    host.make(make_netdev);
    CHECK(host.error_code() == ErrorCode::InvalidArgument);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
