#include "scraper/promql/ast.h"

#include <doctest/doctest.h>

#include "scraper/promql/parser.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/ast") {
  TEST_CASE("every expression has a type") {
    const auto type = [](std::string_view query) { return value_type(**parse(query)); };
    CHECK(type("1 + 2") == ValueType::Scalar);
    CHECK(type("1 + a") == ValueType::Vector);
    CHECK(type("-(time())") == ValueType::Scalar);
    CHECK(type("a[5m]") == ValueType::Matrix);
    CHECK(type("a[5m:1m]") == ValueType::Matrix);
    CHECK(type("'x'") == ValueType::String);
    CHECK(type("scalar(a)") == ValueType::Scalar);
    CHECK(type("topk(1, a)") == ValueType::Vector);
  }

  TEST_CASE("parentheses are seen through") {
    const auto expr = parse("((a))");
    CHECK(without_parens(**expr).as<VectorSelector>() != nullptr);
  }
}

}  // namespace
}  // namespace sonde::promql
