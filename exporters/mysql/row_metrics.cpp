#include "exporters/mysql/row_metrics.h"

#include <string_view>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::mysql {

Status emit_rows(const Table& table, std::span<const RowMetric> metrics, exposition::MetricSink& sink) {
  const size_t label_count = metrics.front().desc.labels.size();
  const size_t column_count = label_count + metrics.size();
  std::vector<std::string_view> labels(label_count);
  for (const auto& row : table.rows) {
    if (row.size() != column_count) {
      return Error(ErrorCode::Corrupt,
                   "want " + std::to_string(column_count) + " columns, got " + std::to_string(row.size()));
    }
    for (size_t i = 0; i < label_count; ++i) labels[i] = row[i] ? std::string_view(*row[i]) : "";
    for (size_t i = 0; i < metrics.size(); ++i) {
      const auto& text = row[label_count + i];
      const auto value = text ? parse_number(*text) : std::nullopt;
      if (!value) {
        return Error(ErrorCode::Corrupt, std::string(metrics[i].desc.name) + ": want a number, got " +
                                             (text ? quoted(*text) : "NULL"));
      }
      sink.sample(metrics[i].desc, labels, *value / metrics[i].divisor);
    }
  }
  return Ok{};
}

}  // namespace sonde::mysql
