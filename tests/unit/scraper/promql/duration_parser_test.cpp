#include "scraper/promql/duration_parser.h"

#include <doctest/doctest.h>

namespace sonde::promql {
namespace {

Result<Duration> parsed(std::string_view text, DurationPlace place) {
  TokenCursor tokens(text);
  return parse_duration_expr(tokens, place);
}

TEST_SUITE("promql/duration_parser") {
  TEST_CASE("a literal is milliseconds at once") {
    CHECK(parsed("1h30m", DurationPlace::Range)->ms == 5'400'000);
    CHECK(parsed("0.0015", DurationPlace::Range)->ms == 2);
    CHECK(parsed("-5m", DurationPlace::Offset)->ms == -300'000);
    CHECK(parsed("0", DurationPlace::Offset)->ms == 0);
  }

  TEST_CASE("a range is above 0 and neither is out of range") {
    CHECK_FALSE(parsed("0", DurationPlace::Range));
    CHECK_FALSE(parsed("-5m", DurationPlace::Range));
    CHECK_FALSE(parsed("0.0001", DurationPlace::Range));
    CHECK_FALSE(parsed("1e300", DurationPlace::Range));
    CHECK_FALSE(parsed("NaN", DurationPlace::Offset));
  }

  TEST_CASE("arithmetic binds as in expressions") {
    const auto duration = parsed("1 + 2 * 3 ^ step()", DurationPlace::Range);
    REQUIRE(duration);
    REQUIRE(duration->node);
    CHECK(duration->node->op == DurationOp::Add);
    CHECK(duration->node->right->op == DurationOp::Multiply);
    CHECK(duration->node->right->right->op == DurationOp::Power);
  }

  TEST_CASE("an offset ends after one operand") {
    TokenCursor tokens("5m - 3");
    CHECK(parse_duration_expr(tokens, DurationPlace::Offset)->ms == 300'000);
    CHECK(tokens.peek().kind == TokenKind::Operator);
  }

  TEST_CASE("depth is limited") {
    CHECK_FALSE(parsed(std::string(10'000, '(') + "1", DurationPlace::Range));
    CHECK_FALSE(parsed(std::string(10'000, '-') + "1", DurationPlace::Range));
  }
}

}  // namespace
}  // namespace sonde::promql
