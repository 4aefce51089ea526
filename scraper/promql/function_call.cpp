#include "scraper/promql/function_call.h"

#include <unordered_map>

namespace sonde::promql {
namespace {

constexpr std::string_view kSameLabels = "vector cannot contain metrics with the same labelset";

// Moves a row's samples into another; fails when both have one at the same step.
Status merge_rows(Tile& tile, size_t from, size_t to) {
  for (size_t word = 0; word < tile.words(); ++word) {
    if ((tile.bits(from)[word] & tile.bits(to)[word]) != 0) return execution_error(std::string(kSameLabels));
  }
  for_each_bit(tile.bits(from), tile.steps(),
               [&](size_t step) { tile.set(to, step, tile.values(from)[step]); });
  for (size_t word = 0; word < tile.words(); ++word) tile.bits(from)[word] = 0;
  return Ok{};
}

}  // namespace

void CallContext::drop_names(Tile& tile) const {
  for (size_t row = 0; row < tile.rows(); ++row) {
    if (delayed_name_removal) {
      tile.set_drop_name(row, true);
    } else {
      tile.labels(row).remove(kMetricName);
    }
  }
}

Error execution_error(std::string message) {
  return Error(ErrorCode::Unsupported, std::move(message));
}

Status check_unique_labels(const Tile& tile) {
  std::unordered_map<Labels, size_t, LabelsHash> seen;
  for (size_t row = 0; row < tile.rows(); ++row) {
    if (tile.row_is_empty(row)) continue;
    if (!seen.try_emplace(tile.labels(row), row).second) return execution_error(std::string(kSameLabels));
  }
  return Ok{};
}

Status merge_equal_labels(Tile& tile) {
  std::unordered_map<Labels, size_t, LabelsHash> seen;
  bool merged = false;
  for (size_t row = 0; row < tile.rows(); ++row) {
    if (tile.row_is_empty(row)) continue;
    const auto [at, is_new] = seen.try_emplace(tile.labels(row), row);
    if (is_new) continue;
    if (auto status = merge_rows(tile, row, at->second); !status) return status;
    merged = true;
  }
  if (merged) tile.remove_empty_rows();
  return Ok{};
}

}  // namespace sonde::promql
