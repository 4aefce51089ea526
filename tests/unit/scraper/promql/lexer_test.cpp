#include "scraper/promql/lexer.h"

#include <doctest/doctest.h>

namespace sonde::promql {
namespace {

TEST_SUITE("promql/lexer") {
  TEST_CASE("tokens know their bytes") {
    const auto tokens = tokenize("sum by(a) >= 5m");
    REQUIRE(tokens.size() == 8);
    CHECK(tokens[0].kind == TokenKind::Aggregator);
    CHECK(tokens[1].kind == TokenKind::By);
    CHECK(tokens[5].op == BinaryOp::GreaterEqual);
    CHECK(tokens[6].kind == TokenKind::Duration);
    CHECK(tokens[6].number == 300);
    CHECK(tokens[6].range.begin == 13);
    CHECK(tokens[6].range.end == 15);
    CHECK(tokens[7].kind == TokenKind::End);
  }

  TEST_CASE("a colon is part of a name outside of brackets and separates inside") {
    CHECK(tokenize("a:b")[0].kind == TokenKind::MetricIdentifier);
    const auto tokens = tokenize("a[5m:1m]");
    REQUIRE(tokens.size() == 7);
    CHECK(tokens[3].kind == TokenKind::Colon);
  }

  TEST_CASE("keywords are plain names inside braces") {
    const auto tokens = tokenize("{sum=\"x\"}");
    CHECK(tokens[1].kind == TokenKind::Identifier);
  }

  TEST_CASE("every cut of a query ends with one end or one error") {
    const std::string_view query =
        "sum by (a) (rate(foo{b=~\"x\\n\", 'c'!='d'}[5m:1h] offset -3s)) <= bool 0x1f # end";
    for (size_t size = 0; size <= query.size(); ++size) {
      const auto tokens = tokenize(query.substr(0, size));
      const TokenKind last = tokens.back().kind;
      CHECK((last == TokenKind::End || last == TokenKind::Error));
      for (const Token& token : tokens) CHECK(token.range.end <= size);
    }
  }

  TEST_CASE("escapes are Go's") {
    CHECK(*unquote("\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"") == "\a\b\f\n\r\t\v\\\"");
    CHECK(*unquote("'\\x41\\102\\u0043\\U00000044'") == "ABCD");
    CHECK_FALSE(unquote("'\\\"'"));
    CHECK_FALSE(unquote("'\\400'"));
    CHECK_FALSE(unquote("'\\ud800'"));
    CHECK_FALSE(unquote("'\\x4'"));
    CHECK_FALSE(unquote("'\xff'"));
  }
}

}  // namespace
}  // namespace sonde::promql
