#include "scraper/tsdb/series_filter.h"

#include <algorithm>
#include <bit>
#include <string>

namespace sonde::tsdb {

Status check_matcher_count(std::span<const Matcher> matchers) {
  if (matchers.size() <= kMatchersMax) return Ok{};
  return Error(ErrorCode::LimitExceeded,
               "a selector has more than " + std::to_string(kMatchersMax) + " matchers");
}

SeriesFilter::SeriesFilter(std::span<const Matcher> matchers, const SymbolSource& symbols)
    : symbols_(symbols) {
  terms_.reserve(matchers.size());
  for (const Matcher& matcher : matchers) {
    Term& term = terms_.emplace_back();
    term.matcher = &matcher;
    term.name = symbols.find(matcher.name());
    term.matches_empty = matcher.matches_empty();
    term.is_equality = matcher.type() == MatchType::Equal && !matcher.value().empty();
    if (!term.is_equality) continue;
    term.literal = symbols.find(matcher.value());
    if (matcher.name() == kMetricName) name_equality_ = 1ULL << (terms_.size() - 1);
  }
}

bool SeriesFilter::matches(Term& term, SymbolId value) {
  if (term.is_equality) return value == term.literal;
  const auto [verdict, is_new] = term.verdicts.try_emplace(value, false);
  if (is_new) verdict->second = term.matcher->matches(symbols_.text(value));
  return verdict->second;
}

std::optional<uint64_t> SeriesFilter::match_group(std::span<const LabelRef> labels) {
  uint64_t open = 0;
  for (size_t i = 0; i < terms_.size(); ++i) {
    const auto label = std::ranges::find(labels, terms_[i].name, &LabelRef::name);
    if (label == labels.end()) {
      open |= 1ULL << i;
    } else if (!matches(terms_[i], label->value)) {
      return std::nullopt;
    }
  }
  return open;
}

bool SeriesFilter::matches_column(std::span<const LabelRef> labels, uint64_t open_matchers) {
  for (; open_matchers != 0; open_matchers &= open_matchers - 1) {
    Term& term = terms_[static_cast<size_t>(std::countr_zero(open_matchers))];
    const auto label = std::ranges::find(labels, term.name, &LabelRef::name);
    if (label == labels.end() ? !term.matches_empty : !matches(term, label->value)) return false;
  }
  return true;
}

std::vector<uint32_t> SeriesFilter::find_columns(ShapeView shape, uint64_t open_matchers) {
  std::vector<uint32_t> found;
  if ((open_matchers & name_equality_) != 0) {
    const Term& term = terms_[static_cast<size_t>(std::countr_zero(name_equality_))];
    auto entry = std::ranges::lower_bound(shape.by_name, term.literal, {}, &NamedColumn::metric_name);
    for (; entry != shape.by_name.end() && entry->metric_name == term.literal; ++entry) {
      const auto labels = symbols_.label_set(shape.columns[entry->column]);
      if (matches_column(labels, open_matchers & ~name_equality_)) found.push_back(entry->column);
    }
    return found;
  }
  for (uint32_t column = 0; column < shape.columns.size(); ++column) {
    if (matches_column(symbols_.label_set(shape.columns[column]), open_matchers)) found.push_back(column);
  }
  return found;
}

ColumnList SeriesFilter::match_columns(ShapeView shape, uint64_t open_matchers) {
  ColumnList& list = found_[{shape.columns.data(), open_matchers}];
  if (list == nullptr)
    list = std::make_shared<const std::vector<uint32_t>>(find_columns(shape, open_matchers));
  return list;
}

}  // namespace sonde::tsdb
