#include <doctest/doctest.h>

#include "scraper/discovery/target_file.h"

namespace sonde::discovery {
namespace {

TEST_SUITE("scraper/discovery/target_file") {
  TEST_CASE("JSON and YAML say the same") {
    const auto json = parse_json_groups(
        R"([{"targets": ["a:1", "b:2"], "labels": {"env": "prod"}}, {"targets": []}])", "t.json");
    const auto yaml =
        parse_yaml_groups("- targets: ['a:1', 'b:2']\n  labels:\n    env: prod\n- targets: []\n", "t.yml");
    for (const auto* groups : {&json, &yaml}) {
      REQUIRE_MESSAGE(groups->ok(), groups->error().message());
      REQUIRE((**groups).size() == 2);
      CHECK((**groups)[0].targets.size() == 2);
      CHECK((**groups)[0].targets[1] == Labels{{"__address__", "b:2"}});
      CHECK((**groups)[0].labels == Labels{{"env", "prod"}});
      CHECK((**groups)[1].targets.empty());
    }
  }

  TEST_CASE("an empty file has no groups") {
    CHECK(parse_yaml_groups("", "t.yml")->empty());
    CHECK(parse_json_groups("[]", "t.json")->empty());
    CHECK(parse_json_groups("null", "t.json")->empty());
  }

  TEST_CASE("JSON that is not a list of groups is refused with its place") {
    for (const char* text : {"", "{}", "[1]", "[null]", R"([{"target": []}])", R"([{"targets": "a"}])",
                             R"([{"targets": [1]}])", R"([{"labels": {"a": 1}}])", R"([{"labels": []}])",
                             R"([{"labels": {"": "x"}}])", R"([{"targets": []}] x)", "[", R"(["\ud800"])"}) {
      CAPTURE(text);
      const auto groups = parse_json_groups(text, "t.json");
      REQUIRE_FALSE(groups.ok());
      CHECK(groups.error().message().find("t.json: ") == 0);
    }
    CHECK(parse_json_groups(R"([{"targets": []}, {"x": 1}])", "t.json").error().message() ==
          "t.json: [1]: unknown field \"x\"");
    CHECK_FALSE(parse_json_groups(std::string(100'000, '['), "t.json").ok());
  }

  TEST_CASE("YAML that is not a list of groups is refused with its place") {
    for (const char* text :
         {"a: b\n", "- 1\n", "-\n", "- target: []\n", "- targets: a\n", "- labels: [a]\n"}) {
      CAPTURE(text);
      const auto groups = parse_yaml_groups(text, "t.yml");
      REQUIRE_FALSE(groups.ok());
      CHECK(groups.error().message().find("t.yml: line ") == 0);
    }
  }
}

}  // namespace
}  // namespace sonde::discovery
