#include "exporters/blackbox/pattern.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {
namespace {

Pattern make(std::string_view text) {
  Pattern out;
  REQUIRE(yaml::load("'" + std::string(text) + "'", "test", out));
  return out;
}

std::string expand(std::string_view pattern, std::string_view text, std::string_view form) {
  const Pattern made = make(pattern);
  const auto groups = made.find(text);
  REQUIRE(groups);
  return made.expand(form, *groups);
}

}  // namespace

TEST_SUITE("blackbox/pattern") {
  TEST_CASE("a pattern is searched anywhere") {
    CHECK(make("b+").matches("abbc"));
    CHECK_FALSE(make("^b+").matches("abbc"));
    CHECK_FALSE(make("x").find("abc"));
  }

  // Go's regexp.Expand, by its documentation.
  TEST_CASE("forms are filled with groups") {
    CHECK(expand("PING :([^ ]+)", "PING :123", "PONG ${1}") == "PONG 123");
    CHECK(expand("(?P<user>\\w+)@(\\w+)", "me@host", "$user at $2, all: $0") == "me at host, all: me@host");
    CHECK(expand("(a)", "a", "$1x|${1}x|$9|$name|$$1|$") == "|ax|||$1|$");
    CHECK(expand("(a)", "a", "${1|${}|$-") == "${1|${}|$-");
    CHECK(expand("(a)(b)?", "a", "[$2]") == "[]");
  }

  TEST_CASE("bad patterns are refused where they are read") {
    Pattern out;
    CHECK_FALSE(yaml::load("':['", "test", out));
    CHECK_FALSE(yaml::load("'a\\C'", "test", out));
    CHECK(yaml::load("'a\\\\C'", "test", out));
  }
}

}  // namespace sonde::blackbox
