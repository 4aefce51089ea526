// What the database says of itself: what its head is made of, and its counters.
#include "scraper/tsdb/database.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "scraper/tsdb/database_parts.h"

namespace sonde::tsdb {
namespace {

// Counts by text; the largest ones first, equal ones by name.
storage::Statistics::Top top_of(std::unordered_map<std::string, uint64_t> counts, size_t top_count) {
  storage::Statistics::Top top(counts.begin(), counts.end());
  const size_t kept = std::min(top_count, top.size());
  std::ranges::partial_sort(top, top.begin() + static_cast<ptrdiff_t>(kept),
                            [](const auto& a, const auto& b) {
                              return a.second != b.second ? a.second > b.second : a.first < b.first;
                            });
  top.resize(kept);
  return top;
}

// How many series of the head have each label.
using PairCounts = std::unordered_map<uint64_t, uint64_t>;

void count_label(PairCounts& counts, LabelRef label, uint64_t series) {
  counts[static_cast<uint64_t>(label.name) << 32 | label.value] += series;
}

PairCounts count_pairs(const Head& head) {
  PairCounts counts;
  std::unordered_map<const Shape*, std::pair<ShapePtr, uint64_t>> groups_of_shape;
  head.visit_groups([&](std::span<const LabelRef> labels, const ShapePtr& shape) {
    for (const LabelRef& label : labels) count_label(counts, label, shape->columns.size());
    auto& entry = groups_of_shape[shape.get()];
    entry.first = shape;
    ++entry.second;
  });
  for (const auto& [address, entry] : groups_of_shape) {
    for (const LabelSetId column : entry.first->columns) {
      for (const LabelRef& label : head.symbols().label_set(column)) count_label(counts, label, entry.second);
    }
  }
  return counts;
}

}  // namespace

storage::Statistics Database::statistics(size_t top_count) const {
  const auto pin = parts_->catalog.snapshot();  // While it is held, no id comes to stand for something else.
  const Head& head = parts_->head;
  const Head::Size size = head.size();
  storage::Statistics out;
  out.series = size.series;
  out.chunks = size.chunks;
  out.time_min_ms = size.time_min_ms;
  out.time_max_ms = size.time_max_ms;
  const PairCounts pairs = count_pairs(head);
  out.label_pairs = pairs.size();
  std::unordered_map<std::string, uint64_t> by_metric;
  std::unordered_map<std::string, uint64_t> values_by_label;
  std::unordered_map<std::string, uint64_t> bytes_by_label;
  std::unordered_map<std::string, uint64_t> by_pair;
  for (const auto& [pair, series] : pairs) {
    const std::string name(head.symbols().text(static_cast<SymbolId>(pair >> 32)));
    const std::string value(head.symbols().text(static_cast<SymbolId>(pair)));
    ++values_by_label[name];
    bytes_by_label[name] += value.size() * series;
    by_pair[name + "=" + value] = series;
    if (name == kMetricName) by_metric[value] = series;
  }
  out.series_by_metric = top_of(std::move(by_metric), top_count);
  out.values_by_label = top_of(std::move(values_by_label), top_count);
  out.bytes_by_label = top_of(std::move(bytes_by_label), top_count);
  out.series_by_pair = top_of(std::move(by_pair), top_count);
  return out;
}

DatabaseCounters Database::counters() const {
  const Parts& parts = *parts_;
  DatabaseCounters out;
  const HeadCounters& appended = parts.head.counters();
  out.samples_appended = appended.samples_appended.load();
  out.rows_out_of_order = appended.rows_out_of_order.load();
  out.rows_duplicate = appended.rows_duplicate.load();
  out.rows_out_of_bounds = appended.rows_out_of_bounds.load();
  out.rows_refused = appended.rows_refused.load();
  const Head::Size size = parts.head.size();
  out.log_bytes_written = size.log_bytes_written;
  out.log_bytes = size.log_bytes;
  out.head_file_bytes = size.head_file_bytes;
  out.group_memory_bytes = size.group_memory_bytes;
  out.tail_memory_bytes = size.tail_memory_bytes;
  out.slab_memory_bytes = size.slab_memory_bytes;
  out.symbol_memory_bytes = size.symbol_memory_bytes;
  out.head_groups = size.groups;
  out.head_series = size.series;
  out.head_chunks = size.chunks;
  out.head_time_min_ms = size.time_min_ms;
  out.head_time_max_ms = size.time_max_ms;
  out.log_write_failures = parts.log_write_failures.load();
  out.log_corruptions = parts.log_corruptions.load();
  out.replayed_rows = parts.replayed_rows.load();
  const auto blocks = parts.catalog.snapshot();
  out.blocks = blocks->blocks.size();
  for (const OpenBlock& block : blocks->blocks) out.blocks_bytes += block.reader->size_bytes();
  out.compactions = parts.compactions.load();
  out.compactions_failed = parts.compactions_failed.load();
  out.blocks_deleted_by_time = parts.blocks_deleted_by_time.load();
  out.blocks_deleted_by_size = parts.blocks_deleted_by_size.load();
  out.refusing = parts.head.failing();
  return out;
}

}  // namespace sonde::tsdb
