#include "common/metrics/matcher.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sonde {
namespace {

Matcher make(MatchType type, std::string value) {
  auto matcher = Matcher::make(type, "l", std::move(value));
  REQUIRE(matcher);
  return *matcher;
}

// The slow truth that every short way must agree with.
bool full_match(const std::string& regex, const std::string& text) {
  re2::RE2::Options options;
  options.set_dot_nl(true);
  options.set_log_errors(false);
  return re2::RE2::FullMatch(text, re2::RE2(regex, options));
}

// A small generator, so that a failure repeats.
class Random {
 public:
  size_t below(size_t limit) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return (state_ >> 33) % limit;
  }

 private:
  uint64_t state_ = 42;
};

}  // namespace

TEST_SUITE("metrics/matcher") {
  TEST_CASE("equality compares whole values") {
    CHECK(make(MatchType::Equal, "a").matches("a"));
    CHECK_FALSE(make(MatchType::Equal, "a").matches("ab"));
    CHECK(make(MatchType::NotEqual, "a").matches(""));
    CHECK(make(MatchType::Equal, "").matches_empty());
  }

  TEST_CASE("expressions are anchored and a dot takes newlines") {
    CHECK(make(MatchType::Regex, "a.c").matches("a\nc"));
    CHECK(make(MatchType::Regex, ".*").matches("a\nc"));
    CHECK_FALSE(make(MatchType::Regex, "b").matches("abc"));
    CHECK_FALSE(make(MatchType::Regex, "a|b").matches("ab"));
    CHECK(make(MatchType::NotRegex, "b").matches("abc"));
    CHECK_FALSE(make(MatchType::Regex, ".+").matches_empty());
    CHECK(make(MatchType::Regex, "").matches_empty());
    CHECK_FALSE(make(MatchType::Regex, "").matches("a"));
  }

  TEST_CASE("literals are known for what can match nothing else") {
    CHECK(make(MatchType::Equal, "a").literals() == std::vector<std::string>{"a"});
    CHECK(make(MatchType::Regex, "b|a|b").literals() == std::vector<std::string>{"a", "b"});
    CHECK(make(MatchType::Regex, "(?:a|b)").literals() == std::vector<std::string>{"a", "b"});
    CHECK(make(MatchType::Regex, "a|").literals() == std::vector<std::string>{"", "a"});
    for (const MatchType type : {MatchType::NotEqual, MatchType::NotRegex})
      CHECK(make(type, "a|b").literals().empty());
    CHECK(make(MatchType::Regex, "(a)|(b)").literals().empty());
    CHECK(make(MatchType::Regex, "(?i:a|b)").literals().empty());
  }

  TEST_CASE("broken expressions are refused") {
    for (const char* regex :
         {"(", "a)", "[", "*", "a**b(", "\\C", "a\\Cb", "(?<=a)b", ")|(", "\\1", "a{1001}"}) {
      CAPTURE(regex);
      CHECK_FALSE(Matcher::make(MatchType::Regex, "l", regex));
    }
    CHECK(Matcher::make(MatchType::Regex, "l", "\\\\C"));
  }

  TEST_CASE("the short ways agree with RE2 on generated expressions and values") {
    constexpr std::array<std::string_view, 14> kParts{"a", "b", "ab",  "|", ".*",  ".+",   ".",
                                                      "(", ")", "\\.", "?", "(?:", "[ab]", "é"};
    constexpr std::array<std::string_view, 6> kBytes{"a", "b", ".", "\n", "é", "|"};
    Random random;
    size_t compared = 0;
    for (int i = 0; i < 20000; ++i) {
      std::string regex;
      for (size_t parts = random.below(5); parts > 0; --parts) regex += kParts[random.below(kParts.size())];
      const auto matcher = Matcher::make(MatchType::Regex, "l", regex);
      if (!matcher) continue;
      for (int j = 0; j < 4; ++j) {
        std::string text;
        for (size_t bytes = random.below(5); bytes > 0; --bytes) text += kBytes[random.below(kBytes.size())];
        CAPTURE(regex);
        CAPTURE(text);
        REQUIRE(matcher->matches(text) == full_match(regex, text));
        ++compared;
      }
    }
    CHECK(compared > 10000);
  }

  TEST_CASE("matchers print as queries write them") {
    CHECK(make(MatchType::Regex, "a\"b").to_string() == "l=~\"a\\\"b\"");
    CHECK(Matcher::make(MatchType::NotEqual, "a.b", "c")->to_string() == "\"a.b\"!=\"c\"");
  }

}  // TEST_SUITE

}  // namespace sonde
