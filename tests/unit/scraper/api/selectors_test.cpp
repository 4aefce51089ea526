#include "scraper/api/selectors.h"

#include <doctest/doctest.h>

#include "scraper/api/parameters.h"

namespace sonde::api {
namespace {

http::Request request_with(std::vector<http::Parameter> query) {
  http::Request request;
  request.query = std::move(query);
  return request;
}

}  // namespace

TEST_SUITE("api/selectors") {
  TEST_CASE("every match[] is a set of matchers") {
    const auto sets =
        match_parameters(request_with({{"match[]", "up"}, {"x", "y"}, {"match[]", R"({a="b",c!="d"})"}}));
    REQUIRE(sets);
    REQUIRE(sets->size() == 2);
    CHECK((*sets)[0].size() == 1);
    CHECK((*sets)[1].size() == 2);
    CHECK(match_parameters(request_with({}))->empty());
  }

  TEST_CASE("a set that matches everything is refused") {
    const auto sets = match_parameters(request_with({{"match[]", R"({a=~".*"})"}}));
    REQUIRE_FALSE(sets);
    CHECK(sets.error().message().find("at least one non-empty matcher") != std::string::npos);
  }

  TEST_CASE("absent times are the ends of time") {
    CHECK(range_parameters(request_with({}))->start_ms == kTimeMinMs);
    CHECK(range_parameters(request_with({}))->end_ms == kTimeMaxMs);
    const auto range = range_parameters(request_with({{"start", "1"}, {"end", "2.5"}}));
    CHECK(range->start_ms == 1000);
    CHECK(range->end_ms == 2500);
  }
}

}  // namespace sonde::api
