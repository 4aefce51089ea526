#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/netclass_netlink") {
  TEST_CASE("netlink gives the loopback device without its administrative state") {
    Host host;
    host.options.netclass.netlink = true;
    host.options.netclass.with_stats = true;
    host.write("sys/class/net/lo/dev_id", "0x0\n");
    const std::string samples = host.scrape(make_netclass);
    if (host.error) {
      MESSAGE("no netlink here: " << host.error->message());
      return;
    }
    CHECK(samples.find("node_network_info{address=\"00:00:00:00:00:00\",broadcast=\"00:00:00:00:00:00\","
                       "device=\"lo\"") != std::string::npos);
    CHECK(samples.find("node_network_device_id{device=\"lo\"} 0\n") != std::string::npos);
    CHECK(samples.find("node_network_protocol_type{device=\"lo\"} 772\n") != std::string::npos);
    CHECK(samples.find("node_network_receive_bytes_total{device=\"lo\"}") != std::string::npos);
    CHECK(host.page.find("# TYPE node_network_receive_bytes_total gauge\n") != std::string::npos);
  }

  TEST_CASE("ignored devices are left out over netlink too") {
    Host host;
    host.options.netclass.netlink = true;
    host.options.netclass.ignored_devices = "^lo$";
    CHECK(host.scrape(make_netclass).find("\"lo\"") == std::string::npos);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
