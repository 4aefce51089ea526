#include "exporters/mysql/row_metrics.h"

#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::mysql {

namespace {

size_t label_columns(const RowMetric& metric) {
  return metric.desc.labels.size() - (metric.last_label.empty() ? 0 : 1);
}

}  // namespace

Status emit_rows(const Table& table, std::span<const RowMetric> metrics, exposition::MetricSink& sink) {
  const size_t label_count = label_columns(metrics.front());
  const size_t column_count = label_count + metrics.size();
  std::vector<std::string_view> labels;
  for (const auto& row : table.rows) {
    if (row.size() != column_count) {
      return Error(ErrorCode::Corrupt,
                   "want " + std::to_string(column_count) + " columns, got " + std::to_string(row.size()));
    }
    for (size_t i = 0; i < metrics.size(); ++i) {
      const RowMetric& metric = metrics[i];
      const auto& text = row[label_count + i];
      if (!text) continue;
      const auto value = parse_number(*text);
      if (!value) {
        return Error(ErrorCode::Corrupt,
                     std::string(metric.desc.name) + ": want a number, got " + quoted(*text));
      }
      labels.clear();
      for (const auto& label : std::span(row).first(label_columns(metric))) {
        labels.push_back(label ? std::string_view(*label) : "");
      }
      if (!metric.last_label.empty()) labels.push_back(metric.last_label);
      sink.sample(metric.desc, labels, *value / metric.divisor);
    }
  }
  return Ok{};
}

Status query_rows(Connection& connection, const std::string& sql, std::span<const RowMetric> metrics,
                  exposition::MetricSink& sink) {
  const auto table = connection.query(sql);
  return table ? emit_rows(*table, metrics, sink) : table.error();
}

void remove_prefix(Table& table, size_t column, std::string_view prefix) {
  for (auto& row : table.rows) {
    if (column < row.size() && row[column] && row[column]->starts_with(prefix)) {
      row[column]->erase(0, prefix.size());
    }
  }
}

}  // namespace sonde::mysql
