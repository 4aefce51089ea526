#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/pressure") {
  constexpr std::string_view kIo =
      "some avg10=0.18 avg60=0.34 avg300=0.10 total=159886802\nfull avg10=0.18 avg60=0.34 avg300=0.10 "
      "total=159229614\n";

  TEST_CASE("microseconds become seconds and the CPU has no full") {
    Host host;
    host.write("proc/pressure/cpu",
               "some avg10=0.00 avg60=0.00 avg300=0.00 total=14036781\nfull avg10=0.00 total=0\n");
    host.write("proc/pressure/io", kIo);
    CHECK(host.scrape(make_pressure) ==
          "node_pressure_cpu_waiting_seconds_total 14.036781000000001\n"
          "node_pressure_io_stalled_seconds_total 159.229614\nnode_pressure_io_waiting_seconds_total "
          "159.886802\n");
    CHECK_FALSE(host.error);
  }

  TEST_CASE("a kernel without pressure has no data") {
    Host host;
    CHECK(host.scrape(make_pressure).empty());
    CHECK(host.error_code() == ErrorCode::NotFound);
  }

  TEST_CASE("a missing line is no data and a missing number is corrupt") {
    Host host;
    host.write("proc/pressure/io", "some avg10=0.18 total=1\n");
    host.scrape(make_pressure);
    CHECK(host.error_code() == ErrorCode::NotFound);
    host.write("proc/pressure/io", "some avg10=0.18 total=\n");
    host.scrape(make_pressure);
    CHECK(host.error_code() == ErrorCode::Corrupt);
    CHECK(host.count_errors_of_cuts(make_pressure, "proc/pressure/io", kIo) > 60);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
