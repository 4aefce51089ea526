#include "scraper/promql/parser.h"

#include <doctest/doctest.h>

#include "scraper/promql/printer.h"

namespace sonde::promql {
namespace {

constexpr ParserOptions kEverything{true, true, true};

std::string printed(std::string_view query) {
  const auto expr = parse(query, kEverything);
  return expr ? to_string(**expr) : "error: " + expr.error().message();
}

std::string error_of(std::string_view query, const ParserOptions& options = kEverything) {
  const auto expr = parse(query, options);
  return expr ? "parsed as " + to_string(**expr) : expr.error().message();
}

TEST_SUITE("promql/parser") {
  TEST_CASE("expressions print in one canonical form") {
    const auto same = [](std::string_view query, std::string_view want) { CHECK(printed(query) == want); };
    same("1", "1");
    same(".5", "0.5");
    same("5.", "5");
    same("1_000", "1000");
    same("0x1f", "31");
    same("0755", "493");
    same("089", "89");
    same("1e-3", "0.001");
    same("1e3", "1000");
    same("inF", "+Inf");
    same("-Inf", "-Inf");
    same("nan", "NaN");
    same("1h30m", "1h30m");
    same("-1^2", "-1 ^ 2");
    same("--foo", "--foo");
    same("'a\\'b'", "\"a'b\"");
    same("`a\\n`", "\"a\\\\n\"");
    same("\"\\x41\\u00e9\\101\"", "\"AéA\"");
    same("foo", "foo");
    same("foo{}", "foo");
    same("foo{a='b',c!=\"d\",e=~'f.*',g!~'h',}", "foo{a=\"b\",c!=\"d\",e=~\"f.*\",g!~\"h\"}");
    same("{__name__=\"foo\"}", "{__name__=\"foo\"}");
    same("{\"my.metric\", \"label.x\"=\"v\"}", "{__name__=\"my.metric\",\"label.x\"=\"v\"}");
    same("a:b:c", "a:b:c");
    same("foo[5m]", "foo[5m]");
    same("foo[300]", "foo[5m]");
    same("foo[90s] offset 1h @ 10.5", "foo[1m30s] @ 10.500 offset 1h");
    same("foo offset -5m", "foo offset -5m");
    same("foo @ start()", "foo @ start()");
    same("foo @ -1", "foo @ -1.000");
    same("foo[step()*2]", "foo[step() * 2]");
    same("foo[5m:]", "foo[5m:]");
    same("foo[5m:1m] @ end() offset 1m", "foo[5m:1m] @ end() offset 1m");
    same("foo offset (5m + 1)", "foo offset (5m + 1)");
    same("foo[min_of(5m, range())]", "foo[min_of(5m, range())]");
    same("foo offset 5m - bar", "foo offset 5m - bar");
    same("rate(foo[5m] anchored)", "rate(foo[5m] anchored)");
    same("foo smoothed", "foo smoothed");
    same("a+b*c^d", "a + b * c ^ d");
    same("(a+b)*c", "(a + b) * c");
    same("a or b and c unless d", "a or b and c unless d");
    same("a == bool 1", "a == bool 1");
    same("a + on(x, y) b", "a + on (x, y) b");
    same("a + ignoring() b", "a + b");
    same("a * on() group_left b", "a * on () group_left () b");
    same("a * ignoring(x) group_right(y) b", "a * ignoring (x) group_right (y) b");
    same("a + fill(0) b", "a + fill (0) b");
    same("a + on(x) fill_left(-1) fill_right(2) b", "a + on (x) fill_left (-1) fill_right (2) b");
    same("a </ b", "a </ b");
    same("SUM(foo)", "sum(foo)");
    same("sum(foo) by (a, b,)", "sum by (a, b) (foo)");
    same("sum without() (foo)", "sum without () (foo)");
    same("sum by(\"a.b\", on) (foo)", "sum by (\"a.b\", on) (foo)");
    same("topk(5, foo)", "topk(5, foo)");
    same("count_values(\"v\", foo)", "count_values(\"v\", foo)");
    same("sum", "sum");
    same("sum{a=\"b\"} + by", "sum{a=\"b\"} + by");
    same("time() # comment\n + 1", "time() + 1");
    same("step() + start()", "step() + start()");
    same("label_join(a, \"b\", \"c\")", "label_join(a, \"b\", \"c\")");
  }

  TEST_CASE("errors say where and what") {
    const auto fails = [](std::string_view query, std::string_view want) { CHECK(error_of(query) == want); };
    fails("", "1:1: parse error: no expression found in input");
    fails("1 +", "1:4: parse error: unexpected end of input");
    fails("(1", "1:3: parse error: unclosed left parenthesis");
    fails("1)", "1:2: parse error: unexpected right parenthesis ')'");
    fails("foo{", "1:5: parse error: unexpected end of input inside braces");
    fails("foo}", "1:4: parse error: unexpected right brace '}'");
    fails("foo[5m", "1:7: parse error: unclosed left bracket");
    fails("foo{a=b}", "1:7: parse error: unexpected identifier \"b\" in label matching, expected string");
    fails("foo{a}", "1:6: parse error: unexpected \"}\" in label matching, expected label matching operator");
    fails("foo{a='b' c='d'}",
          "1:11: parse error: unexpected identifier \"c\" in label matching, expected \",\" or \"}\"");
    fails("foo bar", "1:5: parse error: unexpected identifier \"bar\"");
    fails("1.5h", "1:1: parse error: bad number or duration syntax: \"1.5h\"");
    fails("1__0", "1:1: parse error: bad number or duration syntax: \"1__0\"");
    fails("'abc", "1:1: parse error: unterminated quoted string");
    fails("`abc", "1:1: parse error: unterminated raw string");
    fails("foo ! bar", "1:5: parse error: unexpected character after '!': ' '");
    fails("foo $", "1:5: parse error: unexpected character: '$'");
    fails("a\n + \n*", "3:1: parse error: unexpected <op:*>");
    fails("{}", "1:1: parse error: vector selector must contain at least one non-empty matcher");
    fails("{a=~\".*\"}", "1:1: parse error: vector selector must contain at least one non-empty matcher");
    fails("foo{__name__=\"bar\"}", "1:1: parse error: metric name must not be set twice: \"foo\" or \"bar\"");
    fails("foo[0s]", "1:5: parse error: duration must be greater than 0");
    fails("(foo + bar)[5m]", "1:1: parse error: ranges only allowed for vector selectors");
    fails("foo offset 1m [5m]", "1:1: parse error: no offset modifiers allowed before range");
    fails("foo offset 1m offset 2m", "1:1: parse error: offset may not be set multiple times");
    fails("rate(foo[5m]) offset 1m",
          "1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector "
          "selector or "
          "a subquery");
    fails("nonsense(1)", "1:1: parse error: unknown function with name \"nonsense\"");
    fails("rate()", "1:1: parse error: expected 1 argument(s) in call to \"rate\", got 0");
    fails("round(a, 1, 2)", "1:1: parse error: expected at most 2 argument(s) in call to \"round\", got 3");
    fails("label_join(a)",
          "1:1: parse error: expected at least 3 argument(s) in call to \"label_join\", got 1");
    fails("rate(foo)",
          "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector");
    fails("sum(1)", "1:5: parse error: expected type instant vector in aggregation expression, got scalar");
    fails("topk(foo, bar)",
          "1:6: parse error: expected type scalar in aggregation parameter, got instant vector");
    fails("topk(foo)",
          "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1");
    fails("sum()", "1:1: parse error: no arguments for aggregate expression provided");
    fails("sum(a,)", "1:6: parse error: trailing commas not allowed in function call args");
    fails("1 == 2", "1:3: parse error: comparisons between scalars must use BOOL modifier");
    fails("a + bool b", "1:3: parse error: bool modifier can only be used on comparison operators");
    fails("1 and 2", "1:1: parse error: set operator \"and\" not allowed in binary scalar expression");
    fails("1 + on(a) 2", "1:1: parse error: vector matching only allowed between instant vectors");
    fails("a and on(x) group_left b", "1:1: parse error: no grouping allowed for \"and\" operation");
    fails("a + on(x) group_left(x) b",
          "1:3: parse error: label \"x\" must not occur in ON and GROUP clause at once");
    fails("foo[5m] + 1",
          "1:1: parse error: binary expression must contain only scalar and instant vector types");
    fails("\"a\" + 1",
          "1:1: parse error: binary expression must contain only scalar and instant vector types");
    fails("-\"a\"",
          "1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, "
          "got "
          "\"string\"");
    fails("time()[5m:]", "1:1: parse error: subquery is only allowed on instant vector, got scalar instead");
    fails("foo anchored smoothed",
          "1:1: parse error: anchored and smoothed modifiers cannot be used together");
    fails("sum(foo) by (1)", "1:14: parse error: unexpected number \"1\" in grouping opts, expected label");
  }

  TEST_CASE("an error has the bytes that it is about") {
    const auto expr = parse("sum(foo) + rate(bar)");
    REQUIRE_FALSE(expr);
    REQUIRE(expr.error().range());
    CHECK(expr.error().range()->begin == 16);
    CHECK(expr.error().range()->end == 19);
  }

  TEST_CASE("what is experimental needs its option") {
    CHECK(error_of("limitk(1, a)", {}).find("promql-experimental-functions") != std::string::npos);
    CHECK(error_of("mad_over_time(a[1m])", {}) ==
          "1:1: parse error: function \"mad_over_time\" is not enabled");
    CHECK(error_of("a + fill(1) b", {}) ==
          "1:5: parse error: binop fill modifiers are experimental and not enabled");
    CHECK(error_of("rate(a[1m] smoothed)", {}) ==
          "1:6: parse error: smoothed modifier is experimental and not enabled");
  }

  TEST_CASE("size and depth are limited") {
    const auto nested = [](size_t depth) { return std::string(depth, '(') + "1" + std::string(depth, ')'); };
    CHECK(parse(nested(kQueryDepthMax - 1)));
    CHECK_FALSE(parse(nested(kQueryDepthMax)));
    CHECK_FALSE(parse(std::string(100'000, '(')));
    CHECK_FALSE(parse(std::string(100'000, '-') + "1"));
    CHECK_FALSE(parse(std::string(kQueryBytesMax + 1, ' ')));
    std::string chain = "1";
    for (int i = 0; i < 1000; ++i) chain += "+1";
    CHECK(parse(chain));
    CHECK_FALSE(parse(chain + "+1"));
  }

  TEST_CASE("a metric selector stands alone") {
    const auto matchers = parse_metric_selector("foo{a=\"b\"}");
    REQUIRE(matchers);
    CHECK(matchers->size() == 2);
    CHECK_FALSE(parse_metric_selector("sum(foo)"));
    CHECK_FALSE(parse_metric_selector("foo offset 5m"));
  }

  TEST_CASE("selectors are found in order") {
    const auto expr = parse("sum(rate(a[5m])) / b{x=\"y\"} + max_over_time(c[1h:])");
    REQUIRE(expr);
    const auto found = selectors(**expr);
    REQUIRE(found.size() == 3);
    CHECK(found[0]->name == "a");
    CHECK(found[2]->name == "c");
  }
}

}  // namespace
}  // namespace sonde::promql
