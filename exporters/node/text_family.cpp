#include "exporters/node/text_family.h"

#include <algorithm>
#include <map>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/text_reader.h"

namespace sonde::node {
namespace {

using exposition::Entry;
using exposition::EntryKind;

class FamilyParser {
 public:
  Status add(EntryKind kind, const Entry& entry) {
    switch (kind) {
      case EntryKind::Help:
        return add_help(entry);
      case EntryKind::Type:
        return add_type(entry);
      case EntryKind::Sample:
        return add_sample(entry);
      default:
        return Ok{};
    }
  }

  std::vector<TextFamily> take() {
    std::erase_if(families_, [](const TextFamily& family) { return family.series.empty(); });
    return std::move(families_);
  }

 private:
  Status add_help(const Entry& entry) {
    TextFamily& family = family_named(entry.name);
    if (family.help) return corrupt("second HELP line for metric ", entry.name);
    // An empty text is no text: the original then says which file the metric is from.
    std::string help = exposition::unescape(entry.text, false);
    if (!help.empty()) family.help = std::move(help);
    return Ok{};
  }

  Status add_type(const Entry& entry) {
    TextFamily& family = family_named(entry.name);
    if (typed_.contains(family.name)) return corrupt("second TYPE line for metric ", entry.name);
    if (!family.series.empty()) return corrupt("TYPE reported after samples of metric ", entry.name);
    typed_.emplace(family.name, true);
    family.type = entry.type;
    return Ok{};
  }

  Status add_sample(const Entry& entry) {
    if (entry.timestamp_ms)
      return corrupt("client-side timestamps are not supported, found one at ", entry.series);
    auto labels = exposition::decode_series(entry.series);
    if (!labels) return labels.error();
    const std::string name(labels->metric_name());
    if (!is_legacy_metric_name(name)) return corrupt("bad metric name ", name);
    for (const Label& label : *labels) {
      if (!is_legacy_label_name(label.name)) return corrupt("bad label name ", label.name);
    }
    if (++series_count_ > kTextSeriesMax) return Error(ErrorCode::LimitExceeded, "more than 1000000 series");
    labels->remove(kMetricName);
    const auto [family, suffix] = family_of_sample(name);
    if (family->type == MetricType::Histogram || family->type == MetricType::Summary) {
      return add_part(*family, suffix, *std::move(labels), entry.value);
    }
    TextSeries& series = family->series.emplace_back();
    series.labels = *std::move(labels);
    series.value = entry.value;
    return Ok{};
  }

  // A line of a histogram or summary joins the series that has the same other labels.
  Status add_part(TextFamily& family, std::string_view suffix, Labels labels, double value) {
    const bool histogram = family.type == MetricType::Histogram;
    const std::string_view bound_name = histogram ? "le" : "quantile";
    const bool is_point = histogram ? suffix == "_bucket" : suffix.empty();
    double bound = 0;
    if (is_point) {
      const auto number = parse_number(labels.get(bound_name));
      if (!number) return corrupt("want a number in label " + std::string(bound_name) + " of ", family.name);
      bound = *number;
      labels.remove(bound_name);
    }
    TextSeries& series = series_with(family, std::move(labels));
    if (is_point) {
      series.points.emplace_back(bound, value);
    } else if (suffix == "_sum") {
      series.sum = value;
    } else {
      series.count = value;
    }
    return Ok{};
  }

  TextSeries& series_with(TextFamily& family, Labels labels) {
    const auto family_index = static_cast<size_t>(&family - families_.data());
    const auto [known, is_new] = parts_.try_emplace({family_index, labels}, family.series.size());
    if (!is_new) return family.series[known->second];
    TextSeries& made = family.series.emplace_back();
    made.labels = std::move(labels);
    return made;
  }

  std::pair<TextFamily*, std::string_view> family_of_sample(std::string_view name) {
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
      if (!name.ends_with(suffix)) continue;
      const auto found = index_.find(name.substr(0, name.size() - suffix.size()));
      if (found == index_.end()) continue;
      TextFamily& family = families_[found->second];
      const bool fits =
          family.type == MetricType::Histogram || (family.type == MetricType::Summary && suffix != "_bucket");
      if (fits) return {&family, suffix};
    }
    return {&family_named(name), {}};
  }

  TextFamily& family_named(std::string_view name) {
    const auto found = index_.find(name);
    if (found != index_.end()) return families_[found->second];
    index_.emplace(name, families_.size());
    TextFamily& made = families_.emplace_back();
    made.name = name;
    return made;
  }

  static Error corrupt(std::string_view what, std::string_view about) {
    return Error(ErrorCode::Corrupt, std::string(what) + quoted(about));
  }

  std::vector<TextFamily> families_;
  std::map<std::string, size_t, std::less<>> index_;
  std::map<std::string, bool, std::less<>> typed_;
  std::map<std::pair<size_t, Labels>, size_t>
      parts_;  // series of histograms and summaries: family, labels → index
  size_t series_count_ = 0;
};

}  // namespace

Result<std::vector<TextFamily>> parse_text_families(std::string_view text) {
  if (!text.empty() && !text.ends_with('\n')) {
    return Error(ErrorCode::Truncated, "the last line has no line feed");
  }
  exposition::TextReader reader(text, exposition::Dialect::Text);
  FamilyParser parser;
  while (true) {
    const EntryKind kind = reader.next();
    if (kind == EntryKind::Failed) return reader.error();
    if (kind == EntryKind::End) return parser.take();
    if (auto status = parser.add(kind, reader.entry()); !status) return status.error();
  }
}

}  // namespace sonde::node
