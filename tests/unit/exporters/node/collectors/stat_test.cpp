#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/stat") {
  constexpr std::string_view kFile =
      "cpu  301854 612 111922\ncpu0 44490 19 21045\nintr 8885917 17 0\nctxt 38014093\nbtime "
      "1418183276\nprocesses 26442\n"
      "procs_running 2\nprocs_blocked 1\nsoftirq 55 1 2 3 4 5 6 7 8 9 10\n";

  TEST_CASE("the lines after the CPUs are families") {
    Host host;
    host.write("proc/stat", kFile);
    CHECK(host.scrape(make_stat) ==
          "node_boot_time_seconds 1.418183276e+09\nnode_context_switches_total "
          "3.8014093e+07\nnode_forks_total 26442\n"
          "node_intr_total 8.885917e+06\nnode_procs_blocked 1\nnode_procs_running 2\n");
  }

  TEST_CASE("softirqs are shown on request and each has its vector") {
    Host host;
    host.options.stat_softirq = true;
    host.write("proc/stat", kFile);
    const std::string samples = host.scrape(make_stat);
    CHECK(samples.find("node_softirqs_total{vector=\"hi\"} 1\n") != std::string::npos);
    CHECK(samples.find("node_softirqs_total{vector=\"block_iopoll\"} 6\n") != std::string::npos);
    CHECK(samples.find("node_softirqs_total{vector=\"rcu\"} 10\n") != std::string::npos);
  }

  TEST_CASE("an empty file and words for numbers are corrupt") {
    Host host;
    for (const char* content : {"", "cpu0 1 2\n", "ctxt x\n"}) {
      CAPTURE(content);
      host.write("proc/stat", content);
      CHECK(host.scrape(make_stat).empty());
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
