#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/softnet") {
  TEST_CASE("hexadecimal columns of an old kernel count CPUs by row") {
    Host host;
    host.write("proc/net/softnet_stat",
               "00000010 00000001 00000002 00000000 00000000 00000000 00000000 00000000 00000003 00000004 "
               "00000005\n");
    CHECK(host.scrape(make_softnet) ==
          "node_softnet_backlog_len{cpu=\"0\"} 0\nnode_softnet_cpu_collision_total{cpu=\"0\"} 3\n"
          "node_softnet_dropped_total{cpu=\"0\"} 1\nnode_softnet_flow_limit_count_total{cpu=\"0\"} 5\n"
          "node_softnet_processed_total{cpu=\"0\"} 16\nnode_softnet_received_rps_total{cpu=\"0\"} 4\n"
          "node_softnet_times_squeezed_total{cpu=\"0\"} 2\n");
  }

  TEST_CASE("a newer kernel tells backlog and CPU") {
    Host host;
    host.write("proc/net/softnet_stat", "1 0 0 0 0 0 0 0 0 0 0 f a 0 0\n");
    const std::string samples = host.scrape(make_softnet);
    CHECK(samples.find("node_softnet_backlog_len{cpu=\"10\"} 15\n") != std::string::npos);
  }

  TEST_CASE("few columns or other digits are corrupt") {
    Host host;
    for (const char* content : {"1 2 3\n", "1 0 0 0 0 0 0 0 g\n", "\n"}) {
      CAPTURE(content);
      host.write("proc/net/softnet_stat", content);
      CHECK(host.scrape(make_softnet).empty());
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
