#include "common/core/duration.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string_view>

namespace sonde {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

int64_t parsed_ms(std::string_view text) {
  const auto duration = parse_duration(text);
  REQUIRE_MESSAGE(duration, text);
  return duration->count();
}

int64_t parsed_ns(std::string_view text) {
  const auto duration = parse_go_duration(text);
  REQUIRE_MESSAGE(duration, text);
  return duration->count();
}

}  // namespace

TEST_SUITE("core/duration") {
  // Expected values and refusals are those of the Go libraries for the same text.
  TEST_CASE("durations of configuration and queries are read") {
    CHECK(parsed_ms("0") == 0);
    CHECK(parsed_ms("0s") == 0);
    CHECK(parsed_ms("00h") == 0);
    CHECK(parsed_ms("15s") == 15'000);
    CHECK(parsed_ms("1h30m") == 5'400'000);
    CHECK(parsed_ms("1d1h") == 90'000'000);
    CHECK(parsed_ms("1y") == 31'536'000'000);
    CHECK(parsed_ms("1w") == 604'800'000);
    CHECK(parsed_ms("1s500ms") == 1'500);
    CHECK(parsed_ms("292y") == 9'208'512'000'000);
    CHECK(parsed_ms("9223372036854ms") == 9'223'372'036'854);
  }

  TEST_CASE("what is no duration of configuration is refused") {
    for (const std::string_view text :
         {"", "5", "1.5h", "-5m", "30m1h", "1h1h", "1m5", " 1m", "1m ", "m", "1x", "293y", "106752d",
          "9223372036855ms", "99999999999999999999s"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_duration(text));
    }
  }

  TEST_CASE("durations print as the reference prints them") {
    CHECK(write_duration(milliseconds{0}) == "0s");
    CHECK(write_duration(milliseconds{90'000}) == "1m30s");
    CHECK(write_duration(milliseconds{90'000'000}) == "1d1h");
    CHECK(write_duration(milliseconds{90 * 86'400'000LL}) == "90d");
    CHECK(write_duration(milliseconds{7 * 86'400'000LL}) == "1w");
    CHECK(write_duration(milliseconds{14 * 86'400'000LL}) == "2w");
    CHECK(write_duration(milliseconds{365 * 86'400'000LL}) == "1y");
    CHECK(write_duration(milliseconds{1'500}) == "1s500ms");
    CHECK(write_duration(milliseconds{-90'000}) == "-1m30s");
  }

  TEST_CASE("Go durations are read exactly") {
    CHECK(parsed_ns("0") == 0);
    CHECK(parsed_ns("-0") == 0);
    CHECK(parsed_ns("1.5s") == 1'500'000'000);
    CHECK(parsed_ns("+5s") == 5'000'000'000);
    CHECK(parsed_ns(".5s") == 500'000'000);
    CHECK(parsed_ns("5.s") == 5'000'000'000);
    CHECK(parsed_ns("1m1m") == 120'000'000'000);
    CHECK(parsed_ns("1µs") == 1'000);
    CHECK(parsed_ns("0.000000001s") == 1);
    CHECK(parsed_ns("0.3333333333333333333h") == 1'200'000'000'000);
    CHECK(parsed_ns("2562047h47m16.854775807s") == std::numeric_limits<int64_t>::max());
    CHECK(parsed_ns("-2562047h47m16.854775808s") == std::numeric_limits<int64_t>::min());
  }

  TEST_CASE("what is no Go duration is refused") {
    for (const std::string_view text :
         {"", "-", "1", "s", ".s", "--5s", "1h-5m", "nans", "infs", "1e3s", "1.2.3s", "1d",
          "2562047h47m16.854775808s", "100000000000000000000ns", "-2562047h47m16.854775809s"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_go_duration(text));
    }
  }

  TEST_CASE("Go durations print as Go prints them") {
    CHECK(write_go_duration(nanoseconds{0}) == "0s");
    CHECK(write_go_duration(nanoseconds{1}) == "1ns");
    CHECK(write_go_duration(nanoseconds{1'500}) == "1.5µs");
    CHECK(write_go_duration(nanoseconds{300'000'000}) == "300ms");
    CHECK(write_go_duration(nanoseconds{1'500'000'000}) == "1.5s");
    CHECK(write_go_duration(nanoseconds{5'400'000'000'000}) == "1h30m0s");
    CHECK(write_go_duration(nanoseconds{-60'000'000'000}) == "-1m0s");
    CHECK(write_go_duration(nanoseconds{std::numeric_limits<int64_t>::min()}) == "-2562047h47m16.854775808s");
  }

}  // TEST_SUITE

}  // namespace sonde
