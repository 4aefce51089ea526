#include <doctest/doctest.h>

#include <array>

#include "common/yaml/value.h"

namespace sonde::yaml {
namespace {

enum class Color { Red, Green };
constexpr std::array kColors{Choice<Color>{"red", Color::Red}, Choice<Color>{"green", Color::Green}};

struct Inner {
  std::string name;
  std::optional<uint32_t> port;
};
void decode(const Value& in, Inner& out) {
  Fields fields(in, "inner");
  fields.read("name", out.name);
  fields.read("port", out.port);
  if (out.name.empty()) fields.fail("name", "must not be empty");
  fields.finish();
}

struct Outer {
  bool flag = true;
  int16_t small = 3;
  uint64_t big = 0;
  double ratio = 0.5;
  std::chrono::milliseconds interval{1000};
  std::vector<std::string> words{"default"};
  std::vector<Inner> inners;
  std::map<std::string, std::string> labels;
  Color color = Color::Red;
};
void decode(const Value& in, Outer& out) {
  Fields fields(in, "outer");
  fields.read("flag", out.flag);
  fields.read("small", out.small);
  fields.read("big", out.big);
  fields.read("ratio", out.ratio);
  fields.read("interval", out.interval);
  fields.read("words", out.words);
  fields.read("inners", out.inners);
  fields.read("labels", out.labels);
  fields.choose("color", kColors, out.color);
  fields.finish();
}

Outer good(std::string_view text) {
  Outer out;
  const Status status = load(text, "t.yml", out);
  REQUIRE_MESSAGE(status.ok(), status.error().message());
  return out;
}

std::string error_of(std::string_view text) {
  Outer out;
  const Status status = load(text, "t.yml", out);
  return status ? "accepted" : status.error().message();
}

TEST_SUITE("common/yaml/value") {
  TEST_CASE("what is absent keeps the default of the struct") {
    const Outer out = good("{}");
    CHECK(out.flag);
    CHECK(out.interval == std::chrono::seconds(1));
    CHECK(out.words == std::vector<std::string>{"default"});
    CHECK(good("").flag);
  }

  TEST_CASE("null sets the empty value as in the reference") {
    const Outer out = good("flag:\nsmall: ~\ninterval:\nwords:\n");
    CHECK_FALSE(out.flag);
    CHECK(out.small == 0);
    CHECK(out.interval.count() == 0);
    CHECK(out.words.empty());
  }

  TEST_CASE("every type reads its notation") {
    const Outer out = good(
        "flag: off\nsmall: -7\nbig: 18446744073709551615\nratio: 1\ninterval: 1h30m\n"
        "words: [a, 1, 'true', ]\ninners: [{name: x, port: 80}, {name: y}]\n"
        "labels: {k: v, n: 1}\ncolor: green\n");
    CHECK_FALSE(out.flag);
    CHECK(out.small == -7);
    CHECK(out.big == UINT64_MAX);
    CHECK(out.ratio == 1.0);
    CHECK(out.interval == std::chrono::minutes(90));
    CHECK(out.words == std::vector<std::string>{"a", "1", "true"});
    REQUIRE(out.inners.size() == 2);
    CHECK(out.inners[0].port == 80u);
    CHECK_FALSE(out.inners[1].port);
    CHECK(out.labels.at("n") == "1");
    CHECK(out.color == Color::Green);
  }

  TEST_CASE("errors name file and line and column and key") {
    CHECK(error_of("flag: true\nflog: true\n") ==
          "t.yml: line 2, column 1: field flog not found in type outer");
    CHECK(error_of("inners:\n  - name: a\n  - name: b\n    prt: 1\n") ==
          "t.yml: line 4, column 5: inners[1]: field prt not found in type inner");
    CHECK(error_of("flag: maybe\n") ==
          "t.yml: line 1, column 7: flag: cannot read \"maybe\" as true or false");
    CHECK(error_of("small: 40000\n") ==
          "t.yml: line 1, column 8: small: cannot read \"40000\" as an integer of this size");
    CHECK(error_of("big: -1\n") == "t.yml: line 1, column 6: big: cannot read \"-1\" as an unsigned integer");
    CHECK(error_of("ratio: [1]\n") == "t.yml: line 1, column 8: ratio: cannot read a list as a number");
    CHECK(error_of("interval: 15\n").find("t.yml: line 1, column 11: interval: ") == 0);
    CHECK(error_of("words: one\n") == "t.yml: line 1, column 8: words: cannot read \"one\" as a list");
    CHECK(error_of("words: [[a]]\n") == "t.yml: line 1, column 9: words[0]: cannot read a list as text");
    CHECK(error_of("labels: [a]\n") == "t.yml: line 1, column 9: labels: cannot read a list as a mapping");
    CHECK(error_of("color: blue\n") ==
          "t.yml: line 1, column 8: color: cannot read \"blue\" as one of red, green");
    CHECK(error_of("- a\n") == "t.yml: line 1, column 1: cannot read a list as a mapping (outer)");
  }

  TEST_CASE("a null entry of a list of mappings is an error") {
    CHECK(error_of("inners:\n  -\n").find(": inners[0]: empty or null entry") != std::string::npos);
  }

  TEST_CASE("the first error is the one that is kept") {
    CHECK(error_of("inners: [{name: ''}]\nflag: x\n").find("inners[0].name: must not be empty") ==
          std::string::npos);
    CHECK(error_of("inners: [{name: ''}]\n") ==
          "t.yml: line 1, column 17: inners[0].name: must not be empty");
    CHECK(error_of("inners: [{port: 1}]\n") == "t.yml: line 1, column 10: inners[0]: must not be empty");
  }
}

}  // namespace
}  // namespace sonde::yaml
