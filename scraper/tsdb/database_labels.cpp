// The label APIs of the database, over selections without rows read.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "scraper/tsdb/database.h"

namespace sonde::tsdb {

Result<std::vector<Labels>> Database::series(std::span<const std::vector<Matcher>> any_of,
                                             storage::TimeRange range, size_t limit) const {
  const std::vector<Matcher> everything;
  const std::span<const std::vector<Matcher>> selectors = any_of.empty() ? std::span(&everything, 1) : any_of;
  std::set<Labels> all;
  for (const auto& matchers : selectors) {
    auto selection = select(matchers, {.range = range, .step_ms = 0, .window_ms = 0, .function = {}});
    if (!selection) return selection.error();
    for (size_t i = 0; i < (*selection)->series_count(); ++i) all.insert((*selection)->labels(i));
  }
  std::vector<Labels> sorted(all.begin(), all.end());
  if (limit != 0 && sorted.size() > limit) sorted.resize(limit);
  return sorted;
}

Result<std::vector<std::string>> Database::label_names(std::span<const std::vector<Matcher>> any_of,
                                                       storage::TimeRange range, size_t limit) const {
  auto all = series(any_of, range, 0);
  if (!all) return all.error();
  std::set<std::string> names;
  for (const Labels& labels : *all) {
    for (const Label& label : labels) names.insert(label.name);
  }
  std::vector<std::string> sorted(names.begin(), names.end());
  if (limit != 0 && sorted.size() > limit) sorted.resize(limit);
  return sorted;
}

Result<std::vector<std::string>> Database::label_values(std::string_view name,
                                                        std::span<const std::vector<Matcher>> any_of,
                                                        storage::TimeRange range, size_t limit) const {
  auto all = series(any_of, range, 0);
  if (!all) return all.error();
  std::set<std::string> values;
  for (const Labels& labels : *all) {
    if (labels.has(name)) values.emplace(labels.get(name));
  }
  std::vector<std::string> sorted(values.begin(), values.end());
  if (limit != 0 && sorted.size() > limit) sorted.resize(limit);
  return sorted;
}

}  // namespace sonde::tsdb
