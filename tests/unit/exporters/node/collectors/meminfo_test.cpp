#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/meminfo") {
  constexpr std::string_view kFile =
      "MemTotal:        3742148 kB\nActive(anon):    2020004 kB\nHugePages_Total:       7\nKReclaimable:  5 "
      "kB\n";

  TEST_CASE("kilobytes become bytes and parentheses an underscore") {
    Host host;
    host.write("proc/meminfo", kFile);
    CHECK(host.scrape(make_meminfo) ==
          "node_memory_Active_anon_bytes 2.068484096e+09\n"
          "node_memory_HugePages_Total 7\n"
          "node_memory_MemTotal_bytes 3.831959552e+09\n");
    CHECK(host.page.find("# HELP node_memory_MemTotal_bytes Memory information field MemTotal_bytes.\n"
                         "# TYPE node_memory_MemTotal_bytes gauge\n") != std::string::npos);
  }

  TEST_CASE("fields that move between scrapes keep their values") {
    Host host;
    host.write("proc/meminfo", "MemTotal: 1 kB\nMemFree: 2 kB\n");
    host.make(make_meminfo);
    CHECK(host.scrape() == "node_memory_MemFree_bytes 2048\nnode_memory_MemTotal_bytes 1024\n");
    host.write("proc/meminfo", "MemFree: 3 kB\nMemTotal: 1 kB\n");
    CHECK(host.scrape() == "node_memory_MemFree_bytes 3072\nnode_memory_MemTotal_bytes 1024\n");
  }

  TEST_CASE("a bad number or unit or line is corrupt") {
    Host host;
    for (const char* content : {"MemTotal: x kB\n", "MemTotal: 1 MB\n", "MemTotal 1 kB\n", "MemTotal:\n"}) {
      CAPTURE(content);
      host.write("proc/meminfo", content);
      CHECK(host.scrape(make_meminfo).empty());
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
    CHECK(host.count_errors_of_cuts(make_meminfo, "proc/meminfo", kFile) > 20);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
