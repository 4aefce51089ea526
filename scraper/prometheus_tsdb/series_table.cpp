#include "scraper/prometheus_tsdb/series_table.h"

#include <algorithm>
#include <functional>

namespace sonde::prometheus_tsdb {
namespace {

uint64_t hash_numbers(std::span<const uint32_t> numbers) {
  const std::string_view bytes(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
  return std::hash<std::string_view>()(bytes);
}

}  // namespace

uint32_t SeriesTable::intern_text(std::string_view text) {
  if (const auto found = text_numbers_.find(text); found != text_numbers_.end()) return found->second;
  const auto number = static_cast<uint32_t>(texts_.size());
  text_numbers_.emplace(texts_.emplace_back(text), number);
  return number;
}

std::span<const uint32_t> SeriesTable::texts_of(uint32_t series) const {
  const size_t end = series + 1 < begins_.size() ? begins_[series + 1] : sets_.size();
  return std::span(sets_).subspan(begins_[series], end - begins_[series]);
}

uint32_t SeriesTable::intern(std::span<const std::pair<std::string_view, std::string_view>> labels) {
  scratch_.clear();
  for (const auto& [name, value] : labels) {
    scratch_.push_back(intern_text(name));
    scratch_.push_back(intern_text(value));
  }
  const uint64_t hash = hash_numbers(scratch_);
  const auto [first, last] = numbers_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (std::ranges::equal(texts_of(it->second), scratch_)) return it->second;
  }
  const auto series = static_cast<uint32_t>(begins_.size());
  begins_.push_back(sets_.size());
  sets_.insert(sets_.end(), scratch_.begin(), scratch_.end());
  numbers_.emplace(hash, series);
  return series;
}

Labels SeriesTable::labels(uint32_t series) const {
  const auto texts = texts_of(series);
  std::vector<Label> out;
  out.reserve(texts.size() / 2);
  for (size_t i = 0; i + 1 < texts.size(); i += 2) out.push_back({texts_[texts[i]], texts_[texts[i + 1]]});
  return Labels(std::move(out));
}

bool SeriesTable::is_before(uint32_t a, uint32_t b) const {
  const auto left = texts_of(a);
  const auto right = texts_of(b);
  // Names and values in turn, so that comparing all texts in order is comparing label by label.
  return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(),
                                      [&](uint32_t x, uint32_t y) { return texts_[x] < texts_[y]; });
}

}  // namespace sonde::prometheus_tsdb
