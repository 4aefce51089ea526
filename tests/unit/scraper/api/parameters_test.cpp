#include "scraper/api/parameters.h"

#include <doctest/doctest.h>

#include <limits>

namespace sonde::api {
namespace {

http::Request request_with(std::vector<http::Parameter> query) {
  http::Request request;
  request.query = std::move(query);
  return request;
}

int64_t time_of(std::string_view text) {
  CAPTURE(text);
  const auto time_ms = parse_time_ms(text);
  REQUIRE(time_ms);
  return *time_ms;
}

}  // namespace

TEST_SUITE("api/parameters") {
  TEST_CASE("times are seconds with decimals or RFC 3339") {
    CHECK(time_of("0") == 0);
    CHECK(time_of("1.5") == 1500);
    CHECK(time_of("1795232668.412") == 1'795'232'668'412);
    CHECK(time_of("1.2345") == 1234);  // as the reference answers
    CHECK(time_of("-1.5") == -1500);
    CHECK(time_of("1e3") == 1'000'000);
    CHECK(time_of("1970-01-01T00:00:00Z") == 0);
    CHECK(time_of("1970-01-01T01:00:00.5+01:00") == 500);
    CHECK(time_of("1969-12-31T23:59:59.999999999-00:00") == -1);
    CHECK(time_of("2024-02-29T12:00:00Z") == 1'709'208'000'000);
    CHECK(time_of("2026-11-21T03:44:28Z") == 1'795'232'668'000);
    CHECK(time_of("-292273086-05-16T16:47:06Z") == kTimeMinMs);
    CHECK(time_of("292277025-08-18T07:12:54.999999999Z") == kTimeMaxMs);
  }

  TEST_CASE("what is no time is refused with the reference's words") {
    for (const char* text : {"", "x", "NaN", "Inf", "1e300", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z",
                             "2023-01-01", "2023-01-01T00:00:00", "2023-01-01T24:00:00Z",
                             "2023-01-01T00:00:00.Z", "2023-01-01T00:00:00+1:00", "2023-01-01T00:00:00Zx"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_time_ms(text));
    }
    CHECK(parse_time_ms("a").error().message() == "cannot parse \"a\" to a valid timestamp");
    CHECK(time_parameter(request_with({{"start", "a"}}), "start").error().message() ==
          "invalid parameter \"start\": cannot parse \"a\" to a valid timestamp");
  }

  TEST_CASE("a time cut at any byte is a time or refused and never more") {
    const std::string_view whole = "2026-11-21T03:44:28.125+01:00";
    for (size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      const bool is_number = length >= 1 && length <= 4;  // "2026" reads as seconds
      CHECK(parse_time_ms(whole.substr(0, length)).ok() == is_number);
    }
  }

  TEST_CASE("steps are seconds with decimals or durations") {
    const auto step_ms = [](std::string_view text) { return parse_step(text)->count(); };
    CHECK(step_ms("15") == 15'000);
    CHECK(step_ms("0.25") == 250);
    CHECK(step_ms("1h30m") == 5'400'000);
    CHECK(step_ms("-1") == -1000);
    CHECK(parse_step("x").error().message() == "cannot parse \"x\" to a valid duration");
    CHECK(parse_step("1e300").error().message() ==
          "cannot parse \"1e300\" to a valid duration. It overflows int64");
    CHECK_FALSE(parse_step(""));
    CHECK_FALSE(parse_step("NaN"));
  }

  TEST_CASE("absent and empty parameters have no value") {
    CHECK(*time_parameter(request_with({}), "time") == std::nullopt);
    CHECK(*time_parameter(request_with({{"time", ""}}), "time") == std::nullopt);
    CHECK(*step_parameter(request_with({{"timeout", "1m"}}), "timeout") == std::chrono::minutes(1));
    CHECK(*limit_parameter(request_with({})) == 0);
  }

  TEST_CASE("limits are non-negative integers") {
    CHECK(*limit_parameter(request_with({{"limit", "10"}})) == 10);
    for (const char* text : {"-1", "x", "1.5", "99999999999999999999"}) {
      CAPTURE(text);
      CHECK_FALSE(limit_parameter(request_with({{"limit", text}})));
    }
  }
}

}  // namespace sonde::api
