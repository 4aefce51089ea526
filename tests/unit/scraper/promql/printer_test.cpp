#include "scraper/promql/printer.h"

#include <doctest/doctest.h>

#include <random>

#include "scraper/promql/parser.h"

namespace sonde::promql {
namespace {

constexpr ParserOptions kEverything{true, true, true};

std::string printed(std::string_view query) {
  const auto expr = parse(query, kEverything);
  return expr ? to_string(**expr) : "error: " + expr.error().message();
}

TEST_SUITE("promql/printer") {
  TEST_CASE("what is short stays on one line and what is long is broken up") {
    CHECK(pretty(**parse("sum( foo )")) == "sum(foo)");
    const std::string name(60, 'x');
    CHECK(pretty(**parse("sum by (a) (rate(" + name + "[5m])) + " + name)) ==
          "  sum by (a) (rate(" + name + "[5m]))\n+\n  " + name);
    CHECK(pretty(**parse("sum(rate(" + name + name + "[5m]))")) ==
          "sum(\n  rate(\n    " + name + name + "[5m]\n  )\n)");
  }

  // Makes expressions of any type, at most `depth` deep.
  class Generator {
   public:
    explicit Generator(uint32_t seed) : random_(seed) {}

    std::string vector(int depth) {
      if (depth == 0) return selector() + offset();
      switch (pick(8)) {
        case 0:
          return selector() + offset();
        case 1:
          return "(" + vector(depth - 1) + ")";
        case 2:
          return vector(depth - 1) + " " + of({"+", "/", "^", "atan2", "== bool", "> bool"}) + " " +
                 scalar(depth - 1);
        case 3:
          return "(" + vector(depth - 1) + ") " +
                 of({"- on (a) group_left (b)", "and", "or ignoring (x)", "* fill (1)", "<"}) + " (" +
                 vector(depth - 1) + ")";
        case 4:
          return of({"sum", "avg by (a, \"b.c\")", "max without (on)"}) + " (" + vector(depth - 1) + ")";
        case 5:
          return of({"rate", "sum_over_time", "resets"}) + "(" + matrix(depth - 1) + ")";
        case 6:
          return "-" + vector(depth - 1);
        default:
          return "topk(" + scalar(depth - 1) + ", " + vector(depth - 1) + ")";
      }
    }

   private:
    std::string scalar(int depth) {
      if (depth == 0) return of({"1", "-2.5", "1e100", "5m", "Inf", "NaN", "0x10"});
      switch (pick(3)) {
        case 0:
          return "scalar(" + vector(depth - 1) + ")";
        case 1:
          return scalar(depth - 1) + of({" + ", " ^ ", " % ", " >= bool "}) + scalar(depth - 1);
        default:
          return "-" + scalar(depth - 1);
      }
    }
    std::string matrix(int depth) {
      if (depth == 0 || pick(2) == 0) return selector() + "[" + duration(1) + "]" + offset();
      return vector(depth - 1) + "[" + duration(1) + ":" + (pick(2) == 0 ? duration(1) : "") + "]" + offset();
    }
    std::string duration(int depth) {
      if (depth == 0 || pick(2) == 0) return of({"5m", "1h30m", "90", "step()", "range()"});
      return duration(depth - 1) + of({" + ", " * ", " ^ ", " - "}) + duration(depth - 1);
    }
    std::string offset() {
      return of(
          {"", "", " offset 5m", " offset -1h", " @ 12.345", " @ end() offset 1s", " offset (step() * 2)"});
    }
    std::string selector() {
      return of({"a", "a{b=\"c\"}", "{x!=\"\",y=~\"z.*\"}", "{\"u.v\"}", "sum", "n{l=\"\\\"\\n\"}"});
    }
    size_t pick(size_t count) { return random_() % count; }
    std::string of(std::initializer_list<const char*> list) { return *(list.begin() + pick(list.size())); }

    std::mt19937 random_;
  };

  TEST_CASE("a printed expression parses to the same print") {
    size_t parsed = 0;
    for (uint32_t seed = 0; seed < 3000; ++seed) {
      const std::string query = Generator(seed).vector(4);
      const auto expr = parse(query, kEverything);
      if (!expr) continue;  // Some that are generated break a rule of types.
      ++parsed;
      const std::string once = to_string(**expr);
      CHECK_MESSAGE(printed(once) == once, query);
      CHECK_MESSAGE(printed(pretty(**expr)) == once, query);
    }
    CHECK(parsed > 1000);
  }
}

}  // namespace
}  // namespace sonde::promql
