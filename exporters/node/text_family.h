#pragma once
// Reads one text file of metrics into families: the textfile collector's half that knows the format and
// nothing of folders. Stricter than a scrape, as the original is: no timestamps, plain names, each family's
// TYPE once.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/family.h"
#include "common/metrics/labels.h"

namespace sonde::node {

// One series of a family; of a histogram or summary all its lines together.
struct TextSeries {
  Labels labels;                                  // without the name, `le` and `quantile`
  double value = 0;                               // counters, gauges, untyped
  std::vector<std::pair<double, double>> points;  // (bound, cumulative count) or (quantile, value)
  double sum = 0;
  double count = 0;
};

struct TextFamily {
  std::string name;
  std::optional<std::string> help;
  MetricType type = MetricType::Untyped;
  std::vector<TextSeries> series;
};

// All families of `text` in their order, or the first error. At most kTextSeriesMax series.
inline constexpr size_t kTextSeriesMax = 1'000'000;
Result<std::vector<TextFamily>> parse_text_families(std::string_view text);

}  // namespace sonde::node
