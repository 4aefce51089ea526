#pragma once
// A page in text format as families of samples: for the writers of other formats and for the lint. Not on any
// fast path. Everything is owned; no state beyond.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/family.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {

struct PageSample {
  std::string name;           // with "_bucket", "_sum" or "_count"
  std::vector<Label> labels;  // in the order of the page
  double value = 0;
  std::optional<int64_t> timestamp_ms;
};

struct PageFamily {
  std::string name;
  std::optional<std::string> help;
  MetricType type = MetricType::Untyped;
  std::vector<PageSample> samples;
};

// Families in the order of the page; a family that comes back later is joined with its first part.
Result<std::vector<PageFamily>> parse_page(std::string_view text_page);

// "_bucket" and so on where `name` is a sample of a family of this name and type, "" where the names are
// equal. nullopt: not of this family.
std::optional<std::string_view> sample_suffix(std::string_view name, std::string_view family_name,
                                              MetricType type);

}  // namespace sonde::exposition
