#include "scraper/scrape/memo.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>

namespace sonde::scrape {
namespace {

constexpr std::array<std::string_view, kReportsMax> kReportNames{
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
};

size_t hash_text(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

}  // namespace

std::string_view report_name(Report report) {
  return kReportNames[static_cast<size_t>(report)];
}

std::optional<size_t> Memo::find(std::string_view wanted) const {
  std::call_once(table_made_, [this] {
    table_.assign(std::bit_ceil(lines.size() * 2 + 1), 0);
    for (size_t i = 0; i < lines.size(); ++i) {
      size_t at = hash_text(series(i)) & (table_.size() - 1);
      // The first of several lines with the same series stands for them all.
      while (table_[at] != 0 && series(table_[at] - 1) != series(i)) at = (at + 1) & (table_.size() - 1);
      if (table_[at] == 0) table_[at] = static_cast<uint32_t>(i + 1);
    }
  });
  size_t at = hash_text(wanted) & (table_.size() - 1);
  while (table_[at] != 0) {
    if (series(table_[at] - 1) == wanted) return table_[at] - 1;
    at = (at + 1) & (table_.size() - 1);
  }
  return std::nullopt;
}

std::vector<FamilyMetadata> Memo::metadata() const {
  std::map<std::string, FamilyMetadata, std::less<>> families;
  const auto family = [&families](std::string_view escaped_name) -> FamilyMetadata& {
    std::string name = exposition::unescape(escaped_name, true);
    FamilyMetadata& found = families[name];
    found.metric = std::move(name);
    return found;
  };
  const auto read = [&](std::string_view comments) {
    exposition::TextReader reader(comments, exposition::Dialect::Text);
    // OpenMetrics has types of its own and an end; its comments are read line by line as such.
    if (dialect == exposition::Dialect::OpenMetrics) reader = exposition::TextReader(comments, dialect);
    for (;;) {
      const exposition::EntryKind kind = reader.next();
      const exposition::Entry& entry = reader.entry();
      if (kind == exposition::EntryKind::Help) {
        family(entry.name).help =
            exposition::unescape(entry.text, dialect == exposition::Dialect::OpenMetrics);
      } else if (kind == exposition::EntryKind::Type) {
        family(entry.name).type = entry.type;
      } else if (kind == exposition::EntryKind::Unit) {
        family(entry.name).unit = std::string(entry.text);
      } else {
        return;
      }
    }
  };
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t begin = i == 0 ? 0 : lines[i - 1].end;
    if (lines[i].series_begin > begin)
      read(std::string_view(text).substr(begin, lines[i].series_begin - begin));
  }
  read(tail());
  std::vector<FamilyMetadata> out;
  out.reserve(families.size());
  for (auto& [name, found] : families) out.push_back(std::move(found));
  return out;
}

uint64_t MemoTable::hash(const Key& key) {
  return hash_text(key.text) * 31 + hash_text(key.target) * 2 + static_cast<uint64_t>(key.dialect);
}

std::shared_ptr<const Memo> MemoTable::find(const Key& key) const {
  const uint64_t wanted = hash(key);
  MutexLock lock(mutex_);
  const auto [begin, end] = entries_.equal_range(wanted);
  for (auto it = begin; it != end; ++it) {
    auto memo = it->second.memo.lock();
    if (memo && memo->dialect == key.dialect && memo->text == key.text && it->second.target == key.target)
      return memo;
  }
  return nullptr;
}

void MemoTable::add(const Key& key, const std::shared_ptr<const Memo>& memo) {
  MutexLock lock(mutex_);
  std::erase_if(entries_, [](const auto& entry) { return entry.second.memo.expired(); });
  entries_.emplace(hash(key), Entry{.target = key.target, .memo = memo});
}

size_t MemoTable::size() const {
  MutexLock lock(mutex_);
  return static_cast<size_t>(
      std::ranges::count_if(entries_, [](const auto& entry) { return !entry.second.memo.expired(); }));
}

}  // namespace sonde::scrape
