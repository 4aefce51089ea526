#include "exporters/pushgateway/group_matcher.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::pushgateway {

TEST_SUITE("pushgateway/group_matcher") {
  TEST_CASE("all matchers of one selector or of another must match") {
    const auto matches = [](std::vector<std::string_view> selectors, std::string_view path) {
      const auto parsed = parse_group_matchers(selectors);
      REQUIRE_MESSAGE(parsed, parsed.error().message());
      return matches_any(*parsed, *parse_grouping_key(path, false));
    };
    CHECK(matches({R"({job="a"})"}, "job/a/instance/i"));
    CHECK_FALSE(matches({R"({job="a"})"}, "job/b"));
    CHECK(matches({R"( { job = "a" , instance =~ "i.*" , } )"}, "job/a/instance/i1"));
    CHECK_FALSE(matches({R"({job="a",instance=~"i.*"})"}, "job/a"));
    CHECK(matches({R"({job="a",instance=""})"}, "job/a"));
    CHECK(matches({R"({job!="a",instance!~"x|y",job=~".+"})"}, "job/b/instance/z"));
    CHECK(matches({R"({job="a"})", R"({job="b"})"}, "job/b"));
    CHECK(matches({R"({job="q\"\\"})"}, "job/q\"\\"));
  }

  TEST_CASE("a selector that could mean everything or nothing is refused") {
    const auto bad = [](std::vector<std::string_view> selectors, std::string_view message) {
      const auto parsed = parse_group_matchers(selectors);
      REQUIRE_FALSE(parsed);
      CAPTURE(parsed.error().message());
      CHECK(parsed.error().message().find(message) != std::string::npos);
    };
    bad({}, "at least one selector");
    bad({""}, "want '{'");
    bad({"{}"}, "at least one matcher");
    bad({R"({job=~".*"})"}, "at least one matcher");
    bad({R"({job="a"} x)"}, "unexpected text");
    bad({R"({job="a)"}, "not closed");
    bad({R"({job=a})"}, "double quotes");
    bad({R"({job "a"})"}, "want =, !=, =~ or !~");
    bad({R"({1="a"})"}, "want a label name");
    bad({R"({job="a" instance="b"})"}, "want ','");
    bad({R"({job=~"("})"}, "match[]");
    const std::string selector = R"({job=~"a\"b",l!="c"})";
    for (size_t length = 0; length < selector.size(); ++length) {
      CHECK_FALSE(parse_group_matchers({std::string_view(selector).substr(0, length)}));
    }
  }

  TEST_CASE("as many matchers as the limit are taken and one more is refused") {
    std::string selector = "{job=\"a\"";
    for (size_t i = 1; i < kMatchersMax; ++i) selector += ",l=\"\"";
    CHECK(parse_group_matchers({selector + "}"}));
    CHECK_FALSE(parse_group_matchers({selector + ",l=\"\"}"}));
    CHECK_FALSE(parse_group_matchers(std::vector<std::string_view>(kMatchersMax + 1, "{job=\"a\"}")));
  }
}

}  // namespace sonde::pushgateway
