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
    CHECK(emit({{"p", "q", "1", std::nullopt}}).status.error().message() ==
          "x_seconds_total: want a number, got NULL");
    CHECK(emit({{"p", "q", "1"}}).status.error().message() == "want 4 columns, got 3");
  }
}

}  // namespace sonde::mysql
