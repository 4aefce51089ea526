#include <doctest/doctest.h>

#include "tests/unit/scraper/api/fixture.h"

namespace sonde::api {
namespace {

std::string error_of(const http::Response& response) {
  constexpr std::string_view kBefore = R"("error":")";
  const size_t at = response.body.find(kBefore);
  if (at == std::string::npos) return "no error";
  return response.body.substr(at + kBefore.size(), response.body.size() - at - kBefore.size() - 2);
}

}  // namespace

TEST_SUITE("api/query_handlers") {
  TEST_CASE("an instant query answers at the asked time or now") {
    Fixture f;
    CHECK(
        data_of(f.ask(query, {{"query", "load"}})) ==
        R"({"resultType":"vector","result":[{"metric":{"__name__":"load","job":"scraper"},"value":[1000,"1.5"]}]})");
    CHECK(
        data_of(f.ask(query, {{"query", "load"}, {"time", "998.25"}})) ==
        R"({"resultType":"vector","result":[{"metric":{"__name__":"load","job":"scraper"},"value":[998.250,"0.5"]}]})");
    CHECK(
        data_of(f.ask(query, {{"query", "load[1s]"}})) ==
        R"({"resultType":"matrix","result":[{"metric":{"__name__":"load","job":"scraper"},"values":[[999.500,"1.5"]]}]})");
    CHECK(data_of(f.ask(query, {{"query", "1 / 0"}})) == R"({"resultType":"scalar","result":[1000,"+Inf"]})");
  }

  TEST_CASE("a range query is always a matrix") {
    Fixture f;
    CHECK(data_of(f.ask(query_range, {{"query", "1"}, {"start", "1"}, {"end", "3"}, {"step", "1"}})) ==
          R"({"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2,"1"],[3,"1"]]}]})");
  }

  TEST_CASE("a limit cuts the series and says so") {
    Fixture f;
    const auto response = f.ask(query, {{"query", "up"}, {"limit", "1"}});
    CHECK(response.body.ends_with(R"(]},"warnings":["results truncated due to limit"]})"));
    CHECK(f.ask(query, {{"query", "up"}, {"limit", "2"}}).body.find("warnings") == std::string::npos);
  }

  TEST_CASE("bad parameters are bad data in the reference's words") {
    Fixture f;
    const auto instant = [&](std::vector<http::Parameter> parameters) {
      const auto response = f.ask(query, std::move(parameters));
      CHECK(response.status == 400);
      return error_of(response);
    };
    CHECK(instant({{"query", "up{"}}) ==
          R"(invalid parameter \"query\": 1:4: parse error: unexpected end of input inside braces)");
    CHECK(instant({}) == R"(invalid parameter \"query\": 1:1: parse error: no expression found in input)");
    CHECK(instant({{"query", "up"}, {"timeout", "x"}}) ==
          R"(invalid parameter \"timeout\": cannot parse \"x\" to a valid duration)");
    CHECK(
        instant({{"query", R"({__name__=~".*"})"}}) ==
        R"(invalid parameter \"query\": 1:1: parse error: vector selector must contain at least one non-empty matcher)");
    const auto range = [&](const char* start, const char* end, const char* step) {
      const auto response =
          f.ask(query_range, {{"query", "up"}, {"start", start}, {"end", end}, {"step", step}});
      CHECK(response.status == 400);
      return error_of(response);
    };
    CHECK(range("a", "1", "1") == R"(invalid parameter \"start\": cannot parse \"a\" to a valid timestamp)");
    CHECK(range("1", "0", "1") ==
          R"(invalid parameter \"end\": end timestamp must not be before start time)");
    CHECK(
        range("0", "1", "0") ==
        R"(invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a positive integer)");
    CHECK(range("1", "11002", "1") ==
          "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution "
          "(?step=XX)");
  }

  TEST_CASE("eleven thousand steps are still answered") {
    Fixture f;
    CHECK(f.ask(query_range, {{"query", "up"}, {"start", "0"}, {"end", "11000"}, {"step", "1"}}).status ==
          200);
  }

  TEST_CASE("what fails while running is an execution error") {
    Fixture f;
    const auto response = f.ask(query, {{"query", "up * on() up"}});
    CHECK(response.status == 422);
    CHECK(response.body.find(R"("errorType":"execution")") != std::string::npos);
  }

  TEST_CASE("a query whose client has gone is canceled") {
    Fixture f;
    f.cancelled = true;
    const auto response = f.ask(query, {{"query", "sum(up)"}});
    CHECK(response.status == 499);
    CHECK(response.body.find(R"("errorType":"canceled")") != std::string::npos);
  }

  TEST_CASE("exemplars are an empty list for a good query") {
    Fixture f;
    CHECK(data_of(f.ask(query_exemplars, {{"query", "up"}})) == "[]");
    CHECK(f.ask(query_exemplars, {{"query", "up{"}}).status == 400);
    CHECK(f.ask(query_exemplars, {{"query", "up"}, {"start", "2"}, {"end", "1"}}).status == 400);
  }

  TEST_CASE("a query is shown in the reference's form") {
    Fixture f;
    CHECK(data_of(f.ask(format_query, {{"query", "up{x=\"y\"}+1"}})) == R"("up{x=\"y\"} + 1")");
    CHECK(f.ask(format_query, {{"query", "+"}}).status == 400);
  }
}

}  // namespace sonde::api
