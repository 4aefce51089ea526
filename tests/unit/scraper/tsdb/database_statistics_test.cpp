#include <doctest/doctest.h>

#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

// up{job="a"|"b"}, cpu{job="a",mode="idle"|"user"}: a row of job a at 1000, one of job b at 9000.
void append_sample(Database& database) {
  const std::vector<Labels> columns{
      {{"__name__", "up"}}, {{"__name__", "cpu"}, {"mode", "idle"}}, {{"__name__", "cpu"}, {"mode", "user"}}};
  const auto wide = database.intern_shape(columns);
  const auto narrow = database.intern_shape(std::span(columns).first(1));
  const std::vector<double> values{1, 2, 3};
  database.append(database.open_group({{"job", "a"}}, {}), wide, {1000, values, {}});
  database.append(database.open_group({{"job", "b"}}, {}), narrow, {9000, std::span(values).first(1), {}});
}

TEST_SUITE("scraper/tsdb/database_statistics") {
  TEST_CASE("statistics count series by metric and by label") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_database(folder.path(), context);
    append_sample(*database);
    const storage::Statistics statistics = database->statistics(2);
    using Top = storage::Statistics::Top;
    CHECK(statistics.series == 4);
    CHECK(statistics.label_pairs == 6);
    CHECK(statistics.time_min_ms == 1000);
    CHECK(statistics.time_max_ms == 9000);
    CHECK(statistics.series_by_metric == Top{{"cpu", 2}, {"up", 2}});
    CHECK(statistics.values_by_label == Top{{"__name__", 2}, {"job", 2}});
    CHECK(statistics.bytes_by_label == Top{{"__name__", 10}, {"mode", 8}});
    CHECK(statistics.series_by_pair == Top{{"job=a", 3}, {"__name__=cpu", 2}});
  }

  TEST_CASE("counters count what was taken and what was refused and what the head has") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_database(folder.path(), context);
    append_sample(*database);
    CHECK(database->counters().samples_appended == 4);
    CHECK(database->counters().head_groups == 2);
    CHECK(database->counters().head_series == 4);
    CHECK(database->counters().head_time_min_ms == 1000);
    CHECK(database->counters().head_time_max_ms == 9000);
    const std::vector<Labels> columns{{{"__name__", "up"}}};
    const auto shape = database->intern_shape(columns);
    const auto group = database->open_group({{"job", "b"}}, {});
    const double value = 2;  // the row at 9000 has 1
    database->append(group, shape, {9000, {&value, 1}, {}});
    CHECK(database->counters().rows_duplicate == 1);
    database->append(group, shape, {8000, {&value, 1}, {}});
    CHECK(database->counters().rows_out_of_order == 1);
    CHECK(database->counters().samples_appended == 4);
    CHECK(database->counters().blocks == 0);
    CHECK_FALSE(database->counters().refusing);
  }
}

}  // namespace
}  // namespace sonde::tsdb
