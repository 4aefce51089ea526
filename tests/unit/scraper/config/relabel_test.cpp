#include <doctest/doctest.h>

#include "scraper/config/relabel.h"

namespace sonde::config {
namespace {

using enum RelabelAction;

RelabelRule rule(RelabelSpec spec, NameValidation validation = NameValidation::Utf8) {
  auto made = RelabelRule::make(std::move(spec), validation);
  REQUIRE_MESSAGE(made.ok(), made.error().message());
  return *made;
}

std::string refused(RelabelSpec spec, NameValidation validation = NameValidation::Utf8) {
  const auto made = RelabelRule::make(std::move(spec), validation);
  return made ? "accepted" : made.error().message();
}

// The labels after one rule; "dropped" when the rule drops the set.
std::string after(RelabelSpec spec, Labels labels) {
  return rule(std::move(spec)).apply(labels) ? labels.to_string() : "dropped";
}

TEST_SUITE("scraper/config/relabel") {
  TEST_CASE("replace with the default expression copies the joined value") {
    CHECK(after({.source_labels = {"a", "b"}, .target_label = "c"}, {{"a", "x"}, {"b", "y"}}) ==
          R"({a="x", b="y", c="x;y"})");
    CHECK(after({.source_labels = {"a", "no"}, .separator = "-", .target_label = "c"}, {{"a", "x"}}) ==
          R"({a="x", c="x-"})");
  }

  TEST_CASE("replace removes the target when the value becomes empty") {
    CHECK(after({.source_labels = {"no"}, .target_label = "a"}, {{"a", "x"}}) == "{}");
    CHECK(after({.source_labels = {"a"}, .regex = "x(.*)", .target_label = "a"}, {{"a", "x"}, {"b", "1"}}) ==
          R"({b="1"})");
  }

  TEST_CASE("replace with a constant needs no source") {
    CHECK(after({.target_label = "a", .replacement = "static"}, {}) == R"({a="static"})");
    CHECK(after({.regex = "", .target_label = "a", .replacement = "static"}, {}) == R"({a="static"})");
    CHECK(after({.target_label = "a", .replacement = ""}, {{"a", "x"}}) == "{}");
  }

  TEST_CASE("replace does nothing without a match") {
    CHECK(after({.source_labels = {"a"}, .regex = "f(.*)", .target_label = "b"}, {{"a", "x"}}) ==
          R"({a="x"})");
  }

  TEST_CASE("replace expands numbers and names and leaves unknown groups empty") {
    const Labels labels{{"a", "foo-bar"}};
    const auto with = [&](std::string regex, std::string replacement) {
      return after({.source_labels = {"a"}, .regex = regex, .target_label = "b", .replacement = replacement},
                   labels);
    };
    CHECK(with("(.*)-(.*)", "${2}_$1") == R"({a="foo-bar", b="bar_foo"})");
    CHECK(with("(?P<one>.*)-.*", "${one}s") == R"({a="foo-bar", b="foos"})");
    CHECK(with("(.*)-(.*)", "$1x") == R"({a="foo-bar"})");
    CHECK(with("(.*)-(.*)", "x$7y${8}") == R"({a="foo-bar", b="x"})");
    CHECK(with(".*", "$$1") == R"({a="foo-bar", b="$1"})");
    CHECK(with(".*", "$0") == R"({a="foo-bar", b="foo-bar"})");
    CHECK(with(".*", "a$-b${") == R"({a="foo-bar", b="a$-b${"})");
  }

  TEST_CASE("replace expands the name of the target and skips a name that is not valid") {
    CHECK(after({.source_labels = {"a"}, .regex = "(.*)=(.*)", .target_label = "$1", .replacement = "$2"},
                {{"a", "k=v"}}) == R"({a="k=v", k="v"})");
    CHECK(after({.source_labels = {"a"}, .regex = "(.*)=(.*)", .target_label = "$1", .replacement = "$2"},
                {{"a", "=v"}}) == R"({a="=v"})");
    Labels labels{{"a", "k-k=v"}};
    const auto legacy =
        rule({.source_labels = {"a"}, .regex = "(.*)=(.*)", .target_label = "$1", .replacement = "$2"},
             NameValidation::Legacy);
    CHECK(legacy.apply(labels));
    CHECK(labels.to_string() == R"({a="k-k=v"})");
  }

  TEST_CASE("the expression is anchored and its dot matches a newline") {
    CHECK(after({.source_labels = {"a"}, .regex = "oo", .action = Keep}, {{"a", "foo"}}) == "dropped");
    CHECK(after({.source_labels = {"a"}, .regex = "f.o", .action = Drop}, {{"a", "f\no"}}) == "dropped");
    CHECK(after({.source_labels = {"a"}, .regex = "a|b", .action = Keep}, {{"a", "ab"}}) == "dropped");
    CHECK(after({.source_labels = {"a"}, .regex = "(.*)", .target_label = "b", .replacement = "<$1>"},
                {{"a", "x\ny"}}) == "{a=\"x\\ny\", b=\"<x\\ny>\"}");
  }

  TEST_CASE("keep and drop match the joined value") {
    CHECK(after({.source_labels = {"a"}, .regex = "x", .action = Keep}, {{"a", "x"}}) == R"({a="x"})");
    CHECK(after({.source_labels = {"a"}, .regex = "x", .action = Keep}, {{"a", "y"}}) == "dropped");
    CHECK(after({.source_labels = {"a"}, .regex = "x", .action = Drop}, {{"a", "x"}}) == "dropped");
    CHECK(after({.source_labels = {"no"}, .regex = "", .action = Drop}, {{"a", "x"}}) == "dropped");
  }

  TEST_CASE("keepequal and dropequal compare with the target") {
    const Labels labels{{"a", "1"}, {"b", "1"}, {"c", "2"}};
    CHECK(after({.source_labels = {"a"}, .target_label = "b", .action = KeepEqual}, labels) ==
          labels.to_string());
    CHECK(after({.source_labels = {"a"}, .target_label = "c", .action = KeepEqual}, labels) == "dropped");
    CHECK(after({.source_labels = {"a"}, .target_label = "b", .action = DropEqual}, labels) == "dropped");
    CHECK(after({.source_labels = {"a"}, .target_label = "c", .action = DropEqual}, labels) ==
          labels.to_string());
  }

  TEST_CASE("hashmod is the last eight bytes of the MD5 in big endian") {
    // By md5sum: "a" is 0cc175b9c0f1b6a8 31c399e269772661, and the lower half in decimal is
    // 3585878926028121697.
    CHECK(after({.source_labels = {"a"}, .modulus = 1000, .target_label = "m", .action = HashMod},
                {{"a", "a"}}) == R"({a="a", m="697"})");
    // By md5sum: "" is d41d8cd98f00b204 e9800998ecf8427e.
    CHECK(after({.source_labels = {}, .modulus = 1ULL << 32, .target_label = "m", .action = HashMod}, {}) ==
          "{m=\"" + std::to_string(0xecf8427eU) + "\"}");
  }

  TEST_CASE("labelmap copies by the snapshot of the names") {
    CHECK(after({.regex = "__meta_(.+)", .action = LabelMap},
                {{"__meta_x", "1"}, {"__meta_y", "2"}, {"z", "3"}}) ==
          R"({__meta_x="1", __meta_y="2", x="1", y="2", z="3"})");
    CHECK(after({.regex = "(a)", .replacement = "${1}a", .action = LabelMap}, {{"a", "1"}, {"aa", "2"}}) ==
          R"({a="1", aa="1"})");
  }

  TEST_CASE("labeldrop and labelkeep go by name") {
    const Labels labels{{"a1", "x"}, {"a2", "y"}, {"b", "z"}};
    CHECK(after({.regex = "a.", .action = LabelDrop}, labels) == R"({b="z"})");
    CHECK(after({.regex = "a.", .action = LabelKeep}, labels) == R"({a1="x", a2="y"})");
  }

  TEST_CASE("lowercase and uppercase know letters beyond ASCII") {
    CHECK(after({.source_labels = {"a"}, .target_label = "b", .action = Lowercase}, {{"a", "FoO-ÄΣЖ"}}) ==
          R"({a="FoO-ÄΣЖ", b="foo-äσж"})");
    CHECK(after({.source_labels = {"a"}, .target_label = "b", .action = Uppercase}, {{"a", "foO-äσж測"}}) ==
          R"({a="foO-äσж測", b="FOO-ÄΣЖ測"})");
  }

  TEST_CASE("rules run in order and stop at the first drop") {
    const std::vector<RelabelRule> rules{rule({.target_label = "a", .replacement = "1"}),
                                         rule({.source_labels = {"a"}, .regex = "1", .action = Drop}),
                                         rule({.target_label = "b", .replacement = "2"})};
    Labels labels;
    CHECK_FALSE(relabel(rules, labels));
    CHECK(labels.to_string() == R"({a="1"})");
    Labels kept;
    CHECK(relabel(std::span(rules).first(1), kept));
    CHECK(relabel({}, kept));
  }

  TEST_CASE("combinations that make no sense are refused") {
    CHECK(refused({.modulus = 0, .target_label = "a", .action = HashMod}).find("modulus") !=
          std::string::npos);
    for (const RelabelAction action : {Replace, Lowercase, Uppercase, KeepEqual, DropEqual}) {
      CHECK(refused({.source_labels = {"a"}, .action = action}).find("needs a target_label") !=
            std::string::npos);
    }
    CHECK(refused({.modulus = 3, .action = HashMod}).find("needs a target_label") != std::string::npos);
    CHECK(refused({.target_label = "a-b"}, NameValidation::Legacy).find("no valid target_label") !=
          std::string::npos);
    CHECK(refused({.target_label = "a-b"}) == "accepted");
    CHECK(refused({.target_label = "${1}-x"}, NameValidation::Legacy) != "accepted");
    CHECK(refused({.target_label = "${1}_x"}, NameValidation::Legacy) == "accepted");
    CHECK(refused({.target_label = "a", .replacement = "x", .action = Lowercase})
              .find("replacement cannot be set") == 0);
    CHECK(refused({.replacement = "a-", .action = LabelMap}, NameValidation::Legacy) != "accepted");
    CHECK(refused({.regex = "(.*)", .target_label = "a", .action = KeepEqual}) != "accepted");
    CHECK(refused({.separator = ",", .action = LabelDrop}) != "accepted");
    CHECK(refused({.source_labels = {"a"}, .action = LabelKeep}) != "accepted");
    CHECK(refused({.replacement = "x", .action = LabelDrop}) != "accepted");
    CHECK(refused({.modulus = 8, .action = LabelKeep}) != "accepted");
    CHECK(refused({.regex = "abc(def", .target_label = "a"}) != "accepted");
    CHECK(refused({.regex = "a\\C", .target_label = "a"}) != "accepted");
  }

  TEST_CASE("action names are read in any case") {
    CHECK(parse_relabel_action("LabelDrop") == LabelDrop);
    CHECK(parse_relabel_action("replace") == Replace);
    CHECK_FALSE(parse_relabel_action("delete"));
    CHECK(name_of(KeepEqual) == "keepequal");
  }
}

}  // namespace
}  // namespace sonde::config
