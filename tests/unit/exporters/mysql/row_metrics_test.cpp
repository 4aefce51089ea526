#include "exporters/mysql/row_metrics.h"

#include <doctest/doctest.h>

#include <array>

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"x_ops_total", "Ops.", MetricType::Counter, {"a", "b"}}},
    RowMetric{{"x_seconds_total", "Time.", MetricType::Counter, {"a", "b"}}, 1000},
};

struct Emitted {
  Status status = Ok{};
  std::string page{};
};
Emitted emit(std::vector<std::vector<std::optional<std::string>>> rows) {
  exposition::MetricSink sink;
  Emitted out;
  out.status = emit_rows({.columns = {}, .rows = std::move(rows)}, kMetrics, sink);
  const exposition::MetricSink* sinks[] = {&sink};
  exposition::join_text(sinks, out.page);
  return out;
}

}  // namespace

TEST_SUITE("mysql/row_metrics") {
  TEST_CASE("labels come first and a number is divided into the metric's unit") {
    const Emitted emitted = emit({{"p", "q", "3", "1500"}, {"p", std::nullopt, "0", "0"}});
    CHECK(emitted.status);
    CHECK(emitted.page ==
          "# HELP x_ops_total Ops.\n# TYPE x_ops_total counter\nx_ops_total{a=\"p\",b=\"q\"} 3\n"
          "x_ops_total{a=\"p\",b=\"\"} 0\n"
          "# HELP x_seconds_total Time.\n# TYPE x_seconds_total counter\n"
          "x_seconds_total{a=\"p\",b=\"q\"} 1.5\nx_seconds_total{a=\"p\",b=\"\"} 0\n");
  }

  TEST_CASE("what is no number and what is no such row is an error that says so") {
    CHECK(emit({{"p", "q", "many", "1"}}).status.error().message() ==
          "x_ops_total: want a number, got \"many\"");
    CHECK(emit({{"p", "q", "1", "1000"}, {"p", "r", "1", ""}})
              .page.find("x_seconds_total{a=\"p\",b=\"q\"} 1") !=
          std::string::npos);  // the rows before it stay
    CHECK(emit({{"p", "q", "1"}}).status.error().message() == "want 4 columns, got 3");
  }

  TEST_CASE("a figure that the server does not have is no sample") {
    const Emitted emitted = emit({{"p", "q", "3", std::nullopt}});
    CHECK(emitted.status);
    CHECK(emitted.page ==
          "# HELP x_ops_total Ops.\n# TYPE x_ops_total counter\nx_ops_total{a=\"p\",b=\"q\"} 3\n");
  }

  TEST_CASE("columns that are one family differ by its last label") {
    constexpr Desc kEvents{"y_total", "Y.", MetricType::Counter, {"name", "mode"}};
    constexpr std::array kModes{RowMetric{kEvents, 1, "read"}, RowMetric{kEvents, 10, "write"}};
    exposition::MetricSink sink;
    REQUIRE(emit_rows({.columns = {}, .rows = {{"n", "1", "20"}}}, kModes, sink));
    const exposition::MetricSink* sinks[] = {&sink};
    std::string page;
    exposition::join_text(sinks, page);
    CHECK(page ==
          "# HELP y_total Y.\n# TYPE y_total counter\n"
          "y_total{name=\"n\",mode=\"read\"} 1\ny_total{name=\"n\",mode=\"write\"} 2\n");
  }

  TEST_CASE("a prefix goes where it is") {
    Table table{.columns = {}, .rows = {{"/var/a"}, {"/usr/b"}, {std::nullopt}, {}}};
    remove_prefix(table, 0, "/var/");
    CHECK(table.rows[0][0] == "a");
    CHECK(table.rows[1][0] == "/usr/b");
    CHECK_FALSE(table.rows[2][0]);
  }
}

}  // namespace sonde::mysql
