#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/label_walk.h"
#include "common/exposition/text_reader.h"

namespace sonde::exposition {
namespace {

// Where the label block begins, or npos; the name before it is put into `name`.
size_t split_name(std::string_view series, std::string_view& name) {
  const size_t brace = series.find('{');
  name = series.substr(0, brace);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  return brace;
}

std::string normalize_value(MetricType type, std::string_view name, std::string value) {
  const bool is_float =
      (type == MetricType::Summary && name == "quantile") || (type == MetricType::Histogram && name == "le");
  if (!is_float) return value;
  const auto number = parse_number(value);
  if (!number) return value;
  std::string out;
  append_openmetrics_float(out, *number);
  return out;
}

// Takes the labels of a block that a reader has checked, or says what is wrong with it after all.
Status collect_labels(std::string_view text, size_t brace, LabelRules rules, MetricType normalize,
                      std::vector<Label>& labels) {
  LabelWalk walk(text, brace, rules);
  const bool whole = walk.run([&](const LabelToken& token) {
    if (token.is_metric_name) {
      labels.push_back({std::string(kMetricName), unescape(token.value, true)});
      return;
    }
    std::string name = unescape(token.name, true);
    std::string value = normalize_value(normalize, name, unescape(token.value, true));
    if (!value.empty()) labels.push_back({std::move(name), std::move(value)});
  });
  if (!whole) {
    return Error(ErrorCode::Corrupt, walk.problem(), ByteRange{.begin = walk.at(), .end = text.size()});
  }
  std::ranges::sort(labels, {}, &Label::name);
  const auto twice = std::ranges::adjacent_find(labels, {}, &Label::name);
  if (twice != labels.end()) {
    return Error(ErrorCode::Corrupt, "label name " + quoted(twice->name) + " is not unique");
  }
  return Ok{};
}

}  // namespace

Result<Labels> decode_series(std::string_view series, MetricType normalize) {
  std::string_view name;
  const size_t brace = split_name(series, name);
  std::vector<Label> labels;
  if (!name.empty()) labels.push_back({std::string(kMetricName), std::string(name)});
  if (brace != std::string_view::npos) {
    const Status collected = collect_labels(series, brace, kTextRules, normalize, labels);
    if (!collected) return collected.error();
  }
  const bool named = std::ranges::any_of(
      labels, [](const Label& label) { return label.name == kMetricName && !label.value.empty(); });
  if (!named) return Error(ErrorCode::Corrupt, "the series " + quoted(series) + " has no metric name");
  return Labels(std::move(labels));
}

std::string decode_metric_name(std::string_view series) {
  std::string_view name;
  const size_t brace = split_name(series, name);
  if (!name.empty() || brace == std::string_view::npos) return std::string(name);
  std::string out;
  LabelWalk(series, brace, kTextRules).run([&](const LabelToken& token) {
    if (token.is_metric_name) out = unescape(token.value, true);
  });
  return out;
}

Result<Exemplar> decode_exemplar(std::string_view exemplar) {
  std::vector<Label> labels;
  LabelWalk walk(exemplar, 0, kExemplarRules);
  if (exemplar.empty() || !walk.run([](const LabelToken&) {})) {
    return Error(ErrorCode::Corrupt, "not an exemplar: " + quoted(exemplar));
  }
  const Status collected = collect_labels(exemplar, 0, kExemplarRules, MetricType::Untyped, labels);
  if (!collected) return collected.error();
  Exemplar out;
  for (const Label& label : labels) out.label_runes += count_runes(label.name) + count_runes(label.value);
  out.labels = Labels(std::move(labels));
  FieldCursor fields(exemplar.substr(walk.at()));
  const auto value = parse_number(fields.text());
  if (!value) return Error(ErrorCode::Corrupt, "the exemplar " + quoted(exemplar) + " has no value");
  out.value = *value;
  if (!fields.at_end()) {
    const auto seconds = parse_number(fields.text());
    if (!seconds || !(std::fabs(*seconds) < 0x1p53)) {
      return Error(ErrorCode::Corrupt, "the exemplar " + quoted(exemplar) + " has no valid timestamp");
    }
    out.timestamp_ms = static_cast<int64_t>(*seconds * 1000);
  }
  return out;
}

std::string unescape(std::string_view text, bool quotes) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'n') {
      out += '\n';
    } else if (next == '\\' || (next == '"' && quotes)) {
      out += next;
    } else {
      out += text[i];
      continue;
    }
    ++i;
  }
  return out;
}

void append_openmetrics_float(std::string& out, double value) {
  const size_t begin = out.size();
  if (value == 0) {
    out += "0.0";
    return;
  }
  append_number_exposition(out, value);
  if (std::isfinite(value) && out.find_first_of("e.", begin) == std::string::npos) out += ".0";
}

}  // namespace sonde::exposition
