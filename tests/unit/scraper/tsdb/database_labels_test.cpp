#include <doctest/doctest.h>

#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};
using Texts = std::vector<std::string>;

// up{job="a"|"b"}, cpu{job="a",mode="idle"|"user"}.
std::unique_ptr<Database> open_sample(const std::string& path, TestContext& context) {
  auto database = open_database(path, context);
  const std::vector<Labels> columns{
      {{"__name__", "up"}}, {{"__name__", "cpu"}, {"mode", "idle"}}, {{"__name__", "cpu"}, {"mode", "user"}}};
  const auto wide = database->intern_shape(columns);
  const auto narrow = database->intern_shape(std::span(columns).first(1));
  const std::vector<double> values{1, 2, 3};
  database->append(database->open_group({{"job", "a"}}, {}), wide, {1000, values, {}});
  database->append(database->open_group({{"job", "b"}}, {}), narrow, {9000, std::span(values).first(1), {}});
  return database;
}

TEST_SUITE("scraper/tsdb/labels") {
  TEST_CASE("names and values are sorted and each there once") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_sample(folder.path(), context);
    CHECK(*database->label_names({}, kAlways, 0) == Texts{"__name__", "job", "mode"});
    CHECK(*database->label_names({}, kAlways, 2) == Texts{"__name__", "job"});
    CHECK(*database->label_values("job", {}, kAlways, 0) == Texts{"a", "b"});
    CHECK(*database->label_values("mode", {}, kAlways, 0) == Texts{"idle", "user"});
    CHECK(*database->label_values("__name__", {}, kAlways, 0) == Texts{"cpu", "up"});
    CHECK(*database->label_values("nothing", {}, kAlways, 0) == Texts{});
  }

  TEST_CASE("selectors and times narrow what is listed") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_sample(folder.path(), context);
    const std::vector<std::vector<Matcher>> cpu{{equals("__name__", "cpu")}};
    CHECK(*database->label_values("job", cpu, kAlways, 0) == Texts{"a"});
    CHECK(*database->label_values("job", {}, {5000, 10000}, 0) == Texts{"b"});
    CHECK(database->series(cpu, kAlways, 0)->size() == 2);
    const std::vector<std::vector<Matcher>> both{{equals("job", "b")}, {equals("mode", "idle")}};
    CHECK(database->series(both, kAlways, 0)->size() == 2);
    CHECK(database->series(both, kAlways, 1)->size() == 1);
  }

  TEST_CASE("matchers see absent labels as empty") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_sample(folder.path(), context);
    const auto count = [&](MatchType type, std::string name, std::string value) {
      const std::vector<std::vector<Matcher>> any{{*Matcher::make(type, std::move(name), std::move(value))}};
      return database->series(any, kAlways, 0)->size();
    };
    CHECK(count(MatchType::Equal, "mode", "") == 2);
    CHECK(count(MatchType::NotEqual, "mode", "") == 2);
    CHECK(count(MatchType::NotEqual, "mode", "idle") == 3);
    CHECK(count(MatchType::Regex, "mode", "idle|") == 3);
    CHECK(count(MatchType::Regex, "job", "a|b") == 4);
    CHECK(count(MatchType::NotRegex, "__name__", "c.*") == 2);
    CHECK(count(MatchType::Equal, "nothing", "") == 4);
    CHECK(count(MatchType::NotEqual, "nothing", "x") == 4);
  }
}

}  // namespace
}  // namespace sonde::tsdb
