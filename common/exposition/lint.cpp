#include "common/exposition/lint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>

#include "common/core/text.h"
#include "common/exposition/page.h"

namespace sonde::exposition {
namespace {

struct UnitRow {
  std::string_view unit;
  std::string_view base;
};
constexpr std::array kUnits{
    UnitRow{"amperes", "amperes"},    UnitRow{"bits", "bytes"},      UnitRow{"bytes", "bytes"},
    UnitRow{"calories", "joules"},    UnitRow{"celsius", "celsius"}, UnitRow{"days", "seconds"},
    UnitRow{"fahrenheit", "celsius"}, UnitRow{"grams", "grams"},     UnitRow{"hours", "seconds"},
    UnitRow{"inches", "meters"},      UnitRow{"joules", "joules"},   UnitRow{"kelvin", "kelvin"},
    UnitRow{"kelvins", "kelvin"},     UnitRow{"meters", "meters"},   UnitRow{"metres", "metres"},
    UnitRow{"miles", "meters"},       UnitRow{"minutes", "seconds"}, UnitRow{"ounces", "grams"},
    UnitRow{"pounds", "grams"},       UnitRow{"rankine", "celsius"}, UnitRow{"seconds", "seconds"},
    UnitRow{"volts", "volts"},        UnitRow{"weeks", "seconds"},   UnitRow{"yards", "meters"},
};
static_assert(std::ranges::is_sorted(kUnits, {}, &UnitRow::unit));

// The reference's list, its spellings of the binary prefixes included.
constexpr std::array<std::string_view, 18> kUnitPrefixes{"pico", "nano",  "micro", "milli", "centi", "deci",
                                                         "deca", "hecto", "kilo",  "kibi",  "mega",  "mibi",
                                                         "giga", "gibi",  "tera",  "tebi",  "peta",  "pebi"};
constexpr std::array<std::string_view, 14> kAbbreviations{"s",  "ms", "us", "ns", "sec", "b", "kb",
                                                          "mb", "gb", "tb", "pb", "m",   "h", "d"};

std::optional<std::string_view> base_of(std::string_view unit) {
  const auto at = std::ranges::lower_bound(kUnits, unit, {}, &UnitRow::unit);
  if (at == kUnits.end() || at->unit != unit) return std::nullopt;
  return at->base;
}

// The first part of the name that is a unit, with or without a prefix.
std::optional<UnitRow> find_unit(std::string_view name) {
  for (const std::string_view part : split(name, '_')) {
    if (const auto base = base_of(part)) return UnitRow{part, *base};
    for (const std::string_view prefix : kUnitPrefixes) {
      if (!part.starts_with(prefix)) continue;
      if (const auto base = base_of(part.substr(prefix.size()))) return UnitRow{part, *base};
    }
  }
  return std::nullopt;
}

bool is_camel_case(std::string_view name) {
  const auto lower_then_upper = [](char a, char b) { return a >= 'a' && a <= 'z' && b >= 'A' && b <= 'Z'; };
  return std::ranges::adjacent_find(name, lower_then_upper) != name.end();
}

bool has_part(std::string_view lower_name, std::string_view part) {
  const std::string inner = "_" + std::string(part);
  return lower_name.ends_with(inner) || lower_name.find(inner + "_") != std::string_view::npos;
}

// The label sets of a family as the reference groups samples: one per histogram or summary.
std::vector<std::vector<Label>> metric_labels(const PageFamily& family) {
  const bool histogram = family.type == MetricType::Histogram;
  const bool summary = family.type == MetricType::Summary;
  std::vector<std::vector<Label>> out;
  std::set<std::vector<Label>> seen;
  for (const PageSample& sample : family.samples) {
    std::vector<Label> labels = sample.labels;
    if (histogram || summary) {
      std::erase_if(labels,
                    [&](const Label& label) { return label.name == (histogram ? "le" : "quantile"); });
      if (!seen.insert(labels).second) continue;
    }
    out.push_back(std::move(labels));
  }
  return out;
}

class FamilyLint {
 public:
  FamilyLint(const PageFamily& family, std::vector<LintProblem>& problems)
      : family_(family), metrics_(metric_labels(family)), problems_(problems) {}

  void run() {
    // A HELP line without a text counts as none.
    if (!family_.help || family_.help->empty()) report("no help text");
    check_unit();
    check_total();
    check_reserved();
    check_type_in_name();
    if (family_.name.find(':') != std::string::npos) report("metric names should not contain ':'");
    check_camel_case();
    check_abbreviations();
    check_unique();
  }

 private:
  void report(std::string text) { problems_.push_back({.metric = family_.name, .text = std::move(text)}); }
  bool is(MetricType type) const { return family_.type == type; }

  void check_unit() {
    const auto unit = find_unit(family_.name);
    if (!unit || unit->unit == unit->base) return;
    report("use base unit " + quoted(unit->base) + " instead of " + quoted(unit->unit));
  }

  void check_total() {
    const bool total = family_.name.ends_with("_total");
    if (is(MetricType::Counter) && !total) report("counter metrics should have \"_total\" suffix");
    if (!is(MetricType::Counter) && !is(MetricType::Untyped) && total) {
      report("non-counter metrics should not have \"_total\" suffix");
    }
  }

  void check_reserved() {
    if (is(MetricType::Untyped)) return;
    const bool histogram = is(MetricType::Histogram);
    const bool summary = is(MetricType::Summary);
    const std::string& name = family_.name;
    if (!histogram && name.ends_with("_bucket"))
      report("non-histogram metrics should not have \"_bucket\" suffix");
    for (const std::string_view suffix : {"_count", "_sum"}) {
      if (histogram || summary || !name.ends_with(suffix)) continue;
      report("non-histogram and non-summary metrics should not have \"" + std::string(suffix) + "\" suffix");
    }
    for (const std::vector<Label>& labels : metrics_) {
      for (const Label& label : labels) {
        if (!histogram && label.name == "le") report("non-histogram metrics should not have \"le\" label");
        if (!summary && label.name == "quantile")
          report("non-summary metrics should not have \"quantile\" label");
      }
    }
  }

  void check_type_in_name() {
    if (is(MetricType::Untyped)) return;
    const std::string type(metric_type_name(family_.type));
    if (has_part(to_lower_ascii(family_.name), type))
      report("metric name should not include type '" + type + "'");
  }

  void check_camel_case() {
    if (is_camel_case(family_.name)) report("metric names should be written in 'snake_case' not 'camelCase'");
    for (const std::vector<Label>& labels : metrics_) {
      for (const Label& label : labels) {
        if (is_camel_case(label.name))
          report("label names should be written in 'snake_case' not 'camelCase'");
      }
    }
  }

  void check_abbreviations() {
    const std::string lower = to_lower_ascii(family_.name);
    for (const std::string_view abbreviation : kAbbreviations) {
      if (has_part(lower, abbreviation)) report("metric names should not contain abbreviated units");
    }
  }

  void check_unique() {
    std::set<std::vector<Label>> seen;
    for (const std::vector<Label>& labels : metrics_) {
      if (!seen.insert(labels).second) report("metric not unique");
    }
  }

  const PageFamily& family_;
  std::vector<std::vector<Label>> metrics_;
  std::vector<LintProblem>& problems_;
};

}  // namespace

Result<std::vector<LintProblem>> lint_page(std::string_view text_page) {
  const auto families = parse_page(text_page);
  if (!families) return families.error();
  std::vector<LintProblem> problems;
  for (const PageFamily& family : *families) {
    if (!family.samples.empty()) FamilyLint(family, problems).run();
  }
  std::ranges::stable_sort(problems);
  return problems;
}

Result<std::vector<FamilyCardinality>> count_cardinality(std::string_view text_page) {
  const auto families = parse_page(text_page);
  if (!families) return families.error();
  std::vector<FamilyCardinality> out;
  for (const PageFamily& family : *families) {
    if (!family.samples.empty())
      out.push_back({.metric = family.name, .series_count = family.samples.size()});
  }
  std::ranges::sort(out, [](const FamilyCardinality& a, const FamilyCardinality& b) {
    return std::tuple(b.series_count, std::string_view(a.metric)) <
           std::tuple(a.series_count, std::string_view(b.metric));
  });
  return out;
}

}  // namespace sonde::exposition
