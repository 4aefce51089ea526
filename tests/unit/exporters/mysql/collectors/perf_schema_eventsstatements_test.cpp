#include <doctest/doctest.h>

#include <array>
#include <utility>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

namespace {

const std::string kTable = "performance_schema.events_statements_summary_by_digest";
const std::string kLabels = R"(schema="shop",digest="d1",digest_text="SELECT ?")";
// The columns that every server has, in the order in which they are asked for.
const std::vector<std::optional<std::string>> kRow{
    "shop", "d1", "SELECT ?", "1", "2000000000000", "3000000000000", "4", "5", "6", "7", "8", "9",
    "10",   "11", "12",       "13"};
constexpr std::array kFigures{std::pair<std::string_view, std::string_view>{"total", "1"},
                              std::pair<std::string_view, std::string_view>{"seconds_total", "2"},
                              std::pair<std::string_view, std::string_view>{"lock_time_seconds_total", "3"},
                              std::pair<std::string_view, std::string_view>{"errors_total", "4"},
                              std::pair<std::string_view, std::string_view>{"warnings_total", "5"},
                              std::pair<std::string_view, std::string_view>{"rows_affected_total", "6"},
                              std::pair<std::string_view, std::string_view>{"rows_sent_total", "7"},
                              std::pair<std::string_view, std::string_view>{"rows_examined_total", "8"},
                              std::pair<std::string_view, std::string_view>{"tmp_disk_tables_total", "9"},
                              std::pair<std::string_view, std::string_view>{"tmp_tables_total", "10"},
                              std::pair<std::string_view, std::string_view>{"sort_merge_passes_total", "11"},
                              std::pair<std::string_view, std::string_view>{"sort_rows_total", "12"},
                              std::pair<std::string_view, std::string_view>{"no_index_used_total", "13"}};

}  // namespace

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_eventsstatements") {
  TEST_CASE("each figure of a digest is a counter and times are seconds") {
    FakeConnection connection;
    connection.answers_by_part[kTable] = {.columns = {}, .rows = {kRow}};
    const std::string page = page_of(scrape_events_statements, connection);
    for (const auto& [name, value] : kFigures) {
      CAPTURE(name);
      const std::string family = "mysql_perf_schema_events_statements_" + std::string(name);
      CHECK(has_line(page, "# TYPE " + family + " counter"));
      CHECK(has_line(page, family + "{" + kLabels + "} " + std::string(value)));
    }
  }

  TEST_CASE("a server without quantiles and CPU time shows none") {
    FakeConnection connection;
    connection.answers_by_part[kTable] = {.columns = {}, .rows = {kRow}};
    for (const Server& server : {kMariaDb, Server{.version = {8, 0, 27}}}) {
      const std::string page = page_of(scrape_events_statements, connection, server);
      CHECK(has_line(page, "# TYPE mysql_perf_schema_events_statements_latency summary"));
      CHECK(has_line(page, "mysql_perf_schema_events_statements_latency_sum{" + kLabels + "} 2"));
      CHECK(has_line(page, "mysql_perf_schema_events_statements_latency_count{" + kLabels + "} 1"));
      CHECK(page.find("quantile") == std::string::npos);
      CHECK(page.find("cpu_time") == std::string::npos);
      CHECK(connection.asked.back().find("QUANTILE") == std::string::npos);
    }
  }

  // The columns are those of MySQL 8.0.28's manual, "Statement Summary Tables".
  TEST_CASE("MySQL since 8 0 28 tells quantiles and CPU time") {
    FakeConnection connection;
    auto row = kRow;
    for (const char* more : {"14000000000000", "95000000000", "990000000000", "9990000000000"})
      row.emplace_back(more);
    connection.answers_by_part["SUM_CPU_TIME, QUANTILE_95, QUANTILE_99, QUANTILE_999"] = {.columns = {},
                                                                                          .rows = {row}};
    const std::string page = page_of(scrape_events_statements, connection, Server{.version = {8, 0, 28}});
    const std::string latency = "mysql_perf_schema_events_statements_latency{" + kLabels;
    CHECK(has_line(page, "mysql_perf_schema_events_statements_cpu_time_seconds_total{" + kLabels + "} 14"));
    CHECK(has_line(page, latency + ",quantile=\"95\"} 0.095"));
    CHECK(has_line(page, latency + ",quantile=\"99\"} 0.99"));
    CHECK(has_line(page, latency + ",quantile=\"999\"} 9.99"));
    CHECK(has_line(page, "mysql_perf_schema_events_statements_no_index_used_total{" + kLabels + "} 13"));
  }

  TEST_CASE("the flags bound what the server is asked for") {
    FakeConnection connection;
    page_of(scrape_events_statements, connection);
    ScraperOptions options;
    options.statements = {
        .count_max = 7, .age_seconds_max = 60, .digest_text_max = 9, .exclude_schemas = {"a'b"}};
    page_of(scrape_events_statements, connection, kMariaDb, options);
    const std::string& usual = connection.asked.front();
    CHECK(usual.find("LEFT(DIGEST_TEXT, 120)") != std::string::npos);
    CHECK(usual.find("NOT IN ('mysql', 'performance_schema', 'information_schema')") != std::string::npos);
    CHECK(usual.find("INTERVAL 86400 SECOND") != std::string::npos);
    CHECK(usual.ends_with("ORDER BY SUM_TIMER_WAIT DESC LIMIT 250"));
    const std::string& own = connection.asked.back();
    CHECK(own.find("LEFT(DIGEST_TEXT, 9)") != std::string::npos);
    CHECK(own.find("'information_schema', _utf8mb4 X'612762')") != std::string::npos);
    CHECK(own.find("INTERVAL 60 SECOND") != std::string::npos);
    CHECK(own.ends_with("LIMIT 7"));
  }

  TEST_CASE("a row with too few columns is an error after the rows before it") {
    FakeConnection connection;
    connection.answers_by_part[kTable] = {.columns = {}, .rows = {kRow, {"shop", "d2"}}};
    const std::string page = page_of(scrape_events_statements, connection);
    CHECK(page.find("events_statements_total{" + kLabels) != std::string::npos);
    CHECK(page.ends_with("failed: want 16 columns, got 2"));
  }
}

}  // namespace sonde::mysql
