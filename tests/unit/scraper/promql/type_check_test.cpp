#include "scraper/promql/type_check.h"

#include <doctest/doctest.h>

namespace sonde::promql {
namespace {

TEST_SUITE("promql/type_check") {
  TEST_CASE("an error is about the node that is wrong") {
    const auto range_of = [](std::string_view query) {
      const auto expr = parse(query);
      REQUIRE_FALSE(expr);
      return std::string(
          query.substr(expr.error().range()->begin, expr.error().range()->end - expr.error().range()->begin));
    };
    CHECK(range_of("1 + rate(foo)") == "foo");
    CHECK(range_of("abs(rate(a[5m]), 1)") == "abs(rate(a[5m]), 1)");
    CHECK(range_of("(1 == 2)") == "==");
    CHECK(range_of("a[5m] * 2") == "a[5m]");
    CHECK(range_of("sum(topk(b, c))") == "b");
  }

  TEST_CASE("set operators come to match many to many") {
    const auto expr = parse("a and on (x) b");
    REQUIRE(expr);
    CHECK((*expr)->as<Binary>()->matching.cardinality == Cardinality::ManyToMany);
  }

  TEST_CASE("info takes matchers as its second argument and they may match the empty string") {
    const ParserOptions options{.experimental_functions = true};
    CHECK(parse("info(a, {b=~\".*\"})", options));
    CHECK_FALSE(parse("info(a, sum(b))", options));
  }
}

}  // namespace
}  // namespace sonde::promql
