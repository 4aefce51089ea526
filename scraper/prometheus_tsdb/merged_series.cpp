#include "scraper/prometheus_tsdb/merged_series.h"

#include <algorithm>
#include <utility>

namespace sonde::prometheus_tsdb {
namespace {

void sort_and_keep_first(std::vector<Sample>& samples) {
  const auto not_after = [](const Sample& a, const Sample& b) { return b.time_ms <= a.time_ms; };
  if (std::ranges::adjacent_find(samples, not_after) == samples.end()) return;
  std::ranges::stable_sort(samples, {}, &Sample::time_ms);
  samples.erase(std::unique(samples.begin(), samples.end(),
                            [](const Sample& a, const Sample& b) { return a.time_ms == b.time_ms; }),
                samples.end());
}

}  // namespace

MergedSeries::MergedSeries(std::vector<std::unique_ptr<SeriesCursor>> cursors) {
  // All are to be moved to their first series.
  for (auto& cursor : cursors) sources_.push_back({std::move(cursor), true, true});
}

Result<bool> MergedSeries::next() {
  for (Source& source : sources_) {
    if (!source.is_current) continue;
    const auto more = source.cursor->next();
    if (!more) return more.error();
    source.has_series = *more;
    source.is_current = false;
  }
  const Labels* first = nullptr;
  for (const Source& source : sources_) {
    if (source.has_series && (first == nullptr || source.cursor->labels() < *first))
      first = &source.cursor->labels();
  }
  if (first == nullptr) return false;
  for (Source& source : sources_)
    source.is_current =
        source.has_series && (&source.cursor->labels() == first || source.cursor->labels() == *first);
  return true;
}

const Labels& MergedSeries::labels() const {
  return std::ranges::find_if(sources_, &Source::is_current)->cursor->labels();
}

Status MergedSeries::read(std::vector<Sample>& out) {
  out.clear();
  for (const Source& source : sources_) {
    if (!source.is_current) continue;
    if (auto read = source.cursor->read(out); !read) return read;
  }
  sort_and_keep_first(out);
  return Ok{};
}

}  // namespace sonde::prometheus_tsdb
