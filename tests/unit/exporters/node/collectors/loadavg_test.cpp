#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/loadavg") {
  TEST_CASE("three averages are three gauges") {
    Host host;
    host.write("proc/loadavg", "0.21 0.37 12.5 1/719 19737\n");
    CHECK(host.scrape(make_loadavg) == "node_load1 0.21\nnode_load15 12.5\nnode_load5 0.37\n");
    CHECK_FALSE(host.error);
  }

  TEST_CASE("a missing file is not found and a broken one is corrupt") {
    Host host;
    host.scrape(make_loadavg);
    CHECK(host.error_code() == ErrorCode::NotFound);
    for (const char* content : {"", "0.21 0.37", "0.21 x 0.39 1/2 3", "\n"}) {
      CAPTURE(content);
      host.write("proc/loadavg", content);
      CHECK(host.scrape(make_loadavg).empty());
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
