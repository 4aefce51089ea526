#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/time") {
  TEST_CASE("the clock and the clock sources are shown") {
    Host host;
    host.write("sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet acpi_pm \n");
    host.write("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    ::setenv("TZ", "EST5", 1);
    ::tzset();
    CHECK(host.scrape(make_time) ==
          "node_time_clocksource_available_info{clocksource=\"tsc\",device=\"0\"} 1\n"
          "node_time_clocksource_available_info{clocksource=\"hpet\",device=\"0\"} 1\n"
          "node_time_clocksource_available_info{clocksource=\"acpi_pm\",device=\"0\"} 1\n"
          "node_time_clocksource_current_info{clocksource=\"tsc\",device=\"0\"} 1\n"
          "node_time_seconds 1.4181832765e+09\n"
          "node_time_zone_offset_seconds{time_zone=\"EST\"} -18000\n");
    ::unsetenv("TZ");
    ::tzset();
  }

  TEST_CASE("a clock source without its current name is an error after the time") {
    Host host;
    host.write("sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc\n");
    CHECK(host.scrape(make_time).find("node_time_seconds") != std::string::npos);
    CHECK(host.error_code() == ErrorCode::Io);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
