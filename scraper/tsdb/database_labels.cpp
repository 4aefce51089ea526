// The label APIs: names and values are collected as symbols, a shape's columns once for all groups that share
// it.
#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "scraper/tsdb/database_parts.h"
#include "scraper/tsdb/selection.h"

namespace sonde::tsdb {
namespace {

const std::vector<Matcher> kEverything;

std::span<const std::vector<Matcher>> selectors_of(std::span<const std::vector<Matcher>> any_of) {
  return any_of.empty() ? std::span(&kEverything, 1) : any_of;
}

// Calls visit(source, label) for every label of what was found, repeating few of them.
template <class Visit>
void visit_labels(const std::vector<FoundStretch>& found, Visit&& visit) {
  std::set<std::pair<const LabelSetId*, const std::vector<uint32_t>*>> seen;
  for (const FoundStretch& stretch : found) {
    for (const LabelRef& label : stretch.group_labels) visit(*stretch.symbols, label);
    if (!seen.emplace(stretch.shape.columns.data(), stretch.columns.get()).second) continue;
    for (const uint32_t column : *stretch.columns) {
      for (const LabelRef& label : stretch.symbols->label_set(stretch.shape.columns[column])) {
        visit(*stretch.symbols, label);
      }
    }
  }
}

// Symbols of several sources, each once per source.
class SymbolCollector {
 public:
  void add(const SymbolSource& source, SymbolId id) { ids_[&source].insert(id); }

  std::vector<std::string> sorted(size_t limit) const {
    std::set<std::string_view> texts;
    for (const auto& [source, ids] : ids_) {
      for (const SymbolId id : ids) texts.insert(source->text(id));
    }
    std::vector<std::string> out;
    for (const std::string_view text : texts) {
      if (limit != 0 && out.size() == limit) break;
      out.emplace_back(text);
    }
    return out;
  }

 private:
  std::unordered_map<const SymbolSource*, std::unordered_set<SymbolId>> ids_;
};

}  // namespace

Result<std::vector<std::string>> Database::label_names(std::span<const std::vector<Matcher>> any_of,
                                                       storage::TimeRange range, size_t limit) const {
  SymbolCollector names;
  std::vector<std::shared_ptr<const BlockSet>> pins;
  for (const auto& matchers : selectors_of(any_of)) {
    if (auto good = check_matcher_count(matchers); !good) return good.error();
    const auto found = parts_->find(matchers, range, pins.emplace_back());
    visit_labels(found, [&](const SymbolSource& source, LabelRef label) { names.add(source, label.name); });
  }
  return names.sorted(limit);
}

Result<std::vector<std::string>> Database::label_values(std::string_view name,
                                                        std::span<const std::vector<Matcher>> any_of,
                                                        storage::TimeRange range, size_t limit) const {
  SymbolCollector values;
  std::vector<std::shared_ptr<const BlockSet>> pins;
  for (const auto& matchers : selectors_of(any_of)) {
    if (auto good = check_matcher_count(matchers); !good) return good.error();
    const auto found = parts_->find(matchers, range, pins.emplace_back());
    std::unordered_map<const SymbolSource*, SymbolId> wanted;
    visit_labels(found, [&](const SymbolSource& source, LabelRef label) {
      const auto [at, is_new] = wanted.try_emplace(&source, kNoId);
      if (is_new) at->second = source.find(name);
      if (label.name == at->second) values.add(source, label.value);
    });
  }
  return values.sorted(limit);
}

Result<std::vector<Labels>> Database::series(std::span<const std::vector<Matcher>> any_of,
                                             storage::TimeRange range, size_t limit) const {
  std::set<Labels> all;
  for (const auto& matchers : selectors_of(any_of)) {
    auto selection = select(matchers, {.range = range, .step_ms = 0, .window_ms = 0, .function = {}});
    if (!selection) return selection.error();
    for (size_t i = 0; i < (*selection)->series_count(); ++i) all.insert((*selection)->labels(i));
  }
  std::vector<Labels> sorted(all.begin(), all.end());
  if (limit != 0 && sorted.size() > limit) sorted.resize(limit);
  return sorted;
}

}  // namespace sonde::tsdb
