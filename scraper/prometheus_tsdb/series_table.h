#pragma once
// Label sets as numbers, each kept once and each of its texts once: a log names a million series. Numbers and
// memory live as long as the table. One thread.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/metrics/labels.h"

namespace sonde::prometheus_tsdb {

class SeriesTable {
 public:
  // Sorted by name.
  uint32_t intern(std::span<const std::pair<std::string_view, std::string_view>> labels);
  size_t size() const { return begins_.size(); }
  Labels labels(uint32_t series) const;
  // The order of Labels.
  bool is_before(uint32_t a, uint32_t b) const;

 private:
  uint32_t intern_text(std::string_view text);
  // Names and values in turn.
  std::span<const uint32_t> texts_of(uint32_t series) const;

  std::deque<std::string> texts_;  // never move
  std::unordered_map<std::string_view, uint32_t> text_numbers_;
  std::vector<uint32_t> sets_;                           // all label sets, one after the other
  std::vector<size_t> begins_;                           // of each in sets_
  std::unordered_multimap<uint64_t, uint32_t> numbers_;  // by hash
  std::vector<uint32_t> scratch_;
};

}  // namespace sonde::prometheus_tsdb
