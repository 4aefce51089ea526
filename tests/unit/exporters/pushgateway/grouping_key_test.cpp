#include "exporters/pushgateway/grouping_key.h"

#include <doctest/doctest.h>

#include <string>

#include "common/core/percent.h"

namespace sonde::pushgateway {

TEST_SUITE("pushgateway/grouping_key") {
  TEST_CASE("a path becomes labels in any order") {
    const auto good = [](std::string_view path, const std::string& labels) {
      CAPTURE(path);
      const auto key = parse_grouping_key(path, false);
      REQUIRE(key);
      CHECK(key->labels.to_string() == labels);
    };
    good("job/backup", R"({job="backup"})");
    good("job/backup/", R"({job="backup"})");
    good("job/backup/instance/db1", R"({instance="db1", job="backup"})");
    good("job/a b/x/c%d", R"({job="a b", x="c%d"})");
    good("job/x/l/", R"({job="x"})");
    good("job@base64/L3Zhci90bXA=", R"({job="/var/tmp"})");
    good("job@base64/L3Zhci90bXA", R"({job="/var/tmp"})");
  }

  TEST_CASE("of a name that comes twice the last value holds and of the job the first") {
    const auto labels = [](std::string_view path) {
      return parse_grouping_key(path, false)->labels.to_string();
    };
    CHECK(labels("job/a/job/b") == R"({job="a"})");
    CHECK(labels("job/a/l/1/l/2") == R"({job="a", l="2"})");
    CHECK(labels("job/a/l/1/l@base64/=") == R"({job="a"})");
  }

  TEST_CASE("a path that does not begin with the job is not found") {
    for (const std::string_view path : {"instance/x", "x/y/job/z", "\x02/\x02"}) {
      CAPTURE(path);
      const auto key = parse_grouping_key(path, true);
      REQUIRE_FALSE(key);
      CHECK(key.error().code() == ErrorCode::NotFound);
    }
  }

  TEST_CASE("an escaped name is resolved where names may be anything") {
    const auto name = [](std::string_view path, bool utf8) {
      const auto key = parse_grouping_key(path, utf8);
      REQUIRE(key);
      return key->labels.to_string();
    };
    CHECK(name("job/x/U__caf_E9_/v", true) == "{\"caf\xc3\xa9\"=\"v\", job=\"x\"}");
    CHECK(name("job/x/U__caf_E9_/v", false) == R"({U__caf_E9_="v", job="x"})");
    CHECK(name("job/x/U__a__b/v", true) == R"({a_b="v", job="x"})");
    // What is not a whole escape stays.
    CHECK(name("job/x/U__a_E9/v", true) == R"({U__a_E9="v", job="x"})");
    CHECK(name("job/x/U__a_D800_/v", true) == R"({U__a_D800_="v", job="x"})");
  }

  TEST_CASE("a key's path reads back as the key") {
    for (const std::string_view path : {"job/x", "job/x/instance/db1", "job@base64/L3Zhci90bXA=/a/b",
                                        "job/x/l/", "job/x/U__a_2E_b/v.w", "job/x/U__a_2F_b@base64/_w8="}) {
      CAPTURE(path);
      const auto key = parse_grouping_key(path, true);
      if (!key) continue;  // The last one is not UTF-8.
      const auto again = parse_grouping_key(write_grouping_path(*key), true);
      REQUIRE(again);
      CHECK(again->labels == key->labels);
      CHECK(again->empty_names == key->empty_names);
    }
    CHECK(write_grouping_path(*parse_grouping_key("job/a b/l/", false)) == "job@base64/YSBi/l@base64/=");
  }

  TEST_CASE("an empty value is kept as a name that overrides") {
    const auto key = parse_grouping_key("job/x/instance@base64/=", false);
    REQUIRE(key);
    CHECK(key->labels.to_string() == R"({job="x"})");
    CHECK(key->empty_names == std::vector<std::string>{"instance"});
  }

  TEST_CASE("bad paths say what is wrong") {
    const auto bad = [](std::string_view path, std::string_view message) {
      CAPTURE(path);
      const auto key = parse_grouping_key(path, false);
      REQUIRE_FALSE(key);
      CHECK(key.error().message().find(message) != std::string::npos);
    };
    bad("job/", "job name is required");
    bad("job@base64/=", "job name is required");
    bad("job/x/instance", "odd number of components");
    bad("job/x/in-stance/y", "improper label name");
    bad("job/x/__name__/y", "improper label name");
    bad("job/x/a@base64/!!!", "invalid base64");
    bad("job/x/a@base64/A", "invalid base64");
    bad("job/x/a@base64@base64/Yg", "improper label name");
    bad("job/x/@base64/Yg", "improper label name");
    bad("job/x/l/v/", "odd number of components");
    bad("job/x//l/v", "empty component");
    bad("job/x/l//m/v", "empty component");
    bad("job/x/name@base64/_-8", "not valid UTF-8");
  }

  TEST_CASE("a name holds any text that a page can carry") {
    const auto key = parse_grouping_key("job/x/in stance.\xC3\xA9/y", true);
    REQUIRE(key);
    CHECK(key->labels.get("in stance.\xC3\xA9") == "y");
    for (const std::string_view path :
         {"job/x/%00/y", "job/x/a%00b/y", "job/x/a%00@base64/=", "job/x/%ff/y"}) {
      CAPTURE(path);
      const auto bad = parse_grouping_key(*decode_percent(path), true);
      REQUIRE_FALSE(bad);
      CHECK(bad.error().code() == ErrorCode::InvalidArgument);
      CHECK(bad.error().message().starts_with("improper label name"));
    }
  }

  TEST_CASE("as many labels as the limit are taken and one more is refused") {
    std::string path = "job/x";
    for (size_t i = 1; i < kGroupingLabelsMax; ++i) path += "/l" + std::to_string(i) + "/v";
    CHECK(parse_grouping_key(path, false));
    CHECK_FALSE(parse_grouping_key(path + "/more/v", false));
  }
}

}  // namespace sonde::pushgateway
