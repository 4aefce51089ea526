#include "common/exposition/page_writer.h"

#include <cmath>
#include <map>
#include <utility>

#include "common/core/number_text.h"
#include "common/exposition/page.h"
#include "common/exposition/protobuf_format.h"
#include "common/exposition/protobuf_wire.h"
#include "common/exposition/text_escape.h"
#include "common/exposition/text_reader.h"

namespace sonde::exposition {
namespace {

// Legacy names stay in every scheme, also where escape_name would double their underscores.
void escape_in_place(std::string& name, Escaping escaping) {
  if (!is_legacy_metric_name(name)) name = escape_name(name, escaping);
}

void escape_names(std::vector<PageFamily>& families, Escaping escaping) {
  if (escaping == Escaping::AllowUtf8) return;
  for (PageFamily& family : families) {
    const std::string original = family.name;
    escape_in_place(family.name, escaping);
    for (PageSample& sample : family.samples) {
      sample.name = family.name + sample.name.substr(original.size());
      for (Label& label : sample.labels) escape_in_place(label.name, escaping);
    }
  }
}

void append_series(std::string& out, std::string_view name, const std::vector<Label>& labels) {
  const bool outside = is_legacy_metric_name(name);
  bool open = !outside;
  if (!outside) out += '{';
  append_metric_name(out, name);
  for (const Label& label : labels) {
    out += open ? ',' : '{';
    open = true;
    append_label_name(out, label.name);
    out += "=\"";
    append_label_value(out, label.value);
    out += '"';
  }
  if (open) out += '}';
}

void append_comment(std::string& out, std::string_view word, std::string_view name, std::string_view text) {
  out += "# ";
  out += word;
  out += ' ';
  append_metric_name(out, name);
  out += ' ';
  out += text;
  out += '\n';
}

std::string write_text(const std::vector<PageFamily>& families) {
  std::string out;
  for (const PageFamily& family : families) {
    if (family.help) {
      std::string help;
      append_help(help, *family.help, false);
      append_comment(out, "HELP", family.name, help);
    }
    append_comment(out, "TYPE", family.name, metric_type_name(family.type));
    for (const PageSample& sample : family.samples) {
      append_series(out, sample.name, sample.labels);
      out += ' ';
      append_number_exposition(out, sample.value);
      if (sample.timestamp_ms) {
        out += ' ';
        append_integer(out, *sample.timestamp_ms);
      }
      out += '\n';
    }
  }
  return out;
}

// A count is written without the ".0" that OpenMetrics gives to other whole values.
void append_openmetrics_value(std::string& out, double value, bool is_count) {
  if (is_count && value >= 0 && value < 0x1p64 && value == std::floor(value)) {
    append_unsigned(out, static_cast<uint64_t>(value));
  } else {
    append_openmetrics_float(out, value);
  }
}

void append_openmetrics_sample(std::string& out, const PageFamily& family, const PageSample& sample) {
  std::vector<Label> labels = sample.labels;
  for (Label& label : labels) {
    const bool bound = (family.type == MetricType::Histogram && label.name == "le") ||
                       (family.type == MetricType::Summary && label.name == "quantile");
    const auto number = bound ? parse_number(label.value) : std::nullopt;
    if (!number) continue;
    label.value.clear();
    append_openmetrics_float(label.value, *number);
  }
  append_series(out, sample.name, labels);
  out += ' ';
  const bool is_count = sample.name != family.name && !sample.name.ends_with("_sum");
  append_openmetrics_value(out, sample.value, is_count);
  if (sample.timestamp_ms) {
    out += ' ';
    append_openmetrics_float(out, static_cast<double>(*sample.timestamp_ms) / 1000);
  }
  out += '\n';
}

std::string write_openmetrics(const std::vector<PageFamily>& families) {
  std::string out;
  for (const PageFamily& family : families) {
    // A counter's family goes without "_total"; one whose samples do not end so is no counter there.
    std::string name = family.name;
    std::string_view type = family.type == MetricType::Untyped ? "unknown" : metric_type_name(family.type);
    if (family.type == MetricType::Counter) {
      if (name.ends_with("_total")) {
        name.resize(name.size() - std::string_view("_total").size());
      } else {
        type = "unknown";
      }
    }
    if (family.help) {
      std::string help;
      append_help(help, *family.help, true);
      append_comment(out, "HELP", name, help);
    }
    append_comment(out, "TYPE", name, type);
    for (const PageSample& sample : family.samples) append_openmetrics_sample(out, family, sample);
  }
  out += "# EOF\n";
  return out;
}

// The samples of a histogram or a summary that differ in `le` or `quantile` and suffix only: one message.
struct Compound {
  std::vector<Label> labels;
  std::optional<int64_t> timestamp_ms;
  double sum = 0;
  double count = 0;
  std::vector<std::pair<double, double>> parts;  // bound or quantile, and value
};

std::vector<Compound> gather_compounds(const PageFamily& family) {
  const std::string_view bound_name = family.type == MetricType::Summary ? "quantile" : "le";
  std::vector<Compound> out;
  std::map<std::vector<Label>, size_t> index;
  for (const PageSample& sample : family.samples) {
    std::vector<Label> labels;
    std::optional<double> bound;
    for (const Label& label : sample.labels) {
      if (label.name == bound_name) {
        bound = parse_number(label.value);
      } else {
        labels.push_back(label);
      }
    }
    const auto [at, made] = index.try_emplace(labels, out.size());
    if (made) out.push_back({.labels = std::move(labels), .timestamp_ms = sample.timestamp_ms, .parts = {}});
    Compound& compound = out[at->second];
    if (sample.name.ends_with("_sum")) {
      compound.sum = sample.value;
    } else if (sample.name.ends_with("_count")) {
      compound.count = sample.value;
    } else if (bound) {
      compound.parts.emplace_back(*bound, sample.value);
    }
  }
  return out;
}

uint64_t whole_count(double value) {
  return value > 0 && value < 0x1p64 ? static_cast<uint64_t>(value) : 0;
}

std::string encode_compound(const Compound& compound, MetricType type) {
  std::string out;
  std::string part;
  append_varint_field(out, wire::kHistogramCount, whole_count(compound.count));
  append_fixed64_field(out, wire::kHistogramSum, compound.sum);
  for (const auto& [bound, value] : compound.parts) {
    part.clear();
    if (type == MetricType::Summary) {
      append_fixed64_field(part, wire::kQuantileQuantile, bound);
      append_fixed64_field(part, wire::kQuantileValue, value);
    } else {
      append_varint_field(part, wire::kBucketCount, whole_count(value));
      append_fixed64_field(part, wire::kBucketBound, bound);
    }
    append_bytes_field(out, type == MetricType::Summary ? wire::kSummaryQuantile : wire::kHistogramBucket,
                       part);
  }
  return out;
}

void append_metric(std::string& family_message, const std::vector<Label>& labels,
                   std::optional<int64_t> timestamp_ms, uint32_t value_field, std::string_view value) {
  std::string metric;
  std::string pair;
  for (const Label& label : labels) {
    pair.clear();
    append_bytes_field(pair, wire::kLabelName, label.name);
    append_bytes_field(pair, wire::kLabelValue, label.value);
    append_bytes_field(metric, wire::kMetricLabel, pair);
  }
  // Fields ascend on the wire: the histogram's comes after the time.
  const bool time_first = value_field > wire::kMetricTimestampMs;
  if (!time_first) append_bytes_field(metric, value_field, value);
  if (timestamp_ms)
    append_varint_field(metric, wire::kMetricTimestampMs, static_cast<uint64_t>(*timestamp_ms));
  if (time_first) append_bytes_field(metric, value_field, value);
  append_bytes_field(family_message, wire::kFamilyMetric, metric);
}

struct WireKind {
  wire::Type type;
  uint32_t field;
};

WireKind wire_kind(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return {wire::Type::Counter, wire::kMetricCounter};
    case MetricType::Gauge:
    case MetricType::Info:
    case MetricType::StateSet:
      return {wire::Type::Gauge, wire::kMetricGauge};
    case MetricType::Summary:
      return {wire::Type::Summary, wire::kMetricSummary};
    case MetricType::Histogram:
      return {wire::Type::Histogram, wire::kMetricHistogram};
    case MetricType::GaugeHistogram:
      return {wire::Type::GaugeHistogram, wire::kMetricHistogram};
    case MetricType::Untyped:
      break;
  }
  return {wire::Type::Untyped, wire::kMetricUntyped};
}

std::string write_protobuf(const std::vector<PageFamily>& families) {
  std::string out;
  for (const PageFamily& family : families) {
    const WireKind kind = wire_kind(family.type);
    std::string message;
    append_bytes_field(message, wire::kFamilyName, family.name);
    if (family.help) append_bytes_field(message, wire::kFamilyHelp, *family.help);
    append_varint_field(message, wire::kFamilyType, static_cast<uint64_t>(kind.type));
    if (kind.field == wire::kMetricSummary || kind.field == wire::kMetricHistogram) {
      for (const Compound& compound : gather_compounds(family)) {
        append_metric(message, compound.labels, compound.timestamp_ms, kind.field,
                      encode_compound(compound, family.type));
      }
    } else {
      for (const PageSample& sample : family.samples) {
        std::string value;
        append_fixed64_field(value, wire::kPlainValue, sample.value);
        append_metric(message, sample.labels, sample.timestamp_ms, kind.field, value);
      }
    }
    append_varint(out, message.size());
    out += message;
  }
  return out;
}

}  // namespace

bool serves_as_is(std::string_view text_page, Negotiated negotiated) {
  if (negotiated.format != Format::Text && negotiated.format != Format::Text1) return false;
  if (negotiated.escaping == Escaping::AllowUtf8) return true;
  // A quoted name follows a brace, a comma or the comment's word. Label values that end in one of those look
  // alike and only cost the longer way.
  for (size_t quote = text_page.find('"'); quote != std::string_view::npos;
       quote = text_page.find('"', quote + 1)) {
    const char before = quote == 0 ? '\n' : text_page[quote - 1];
    if (before == '{' || before == ',') return false;
    if (before == ' ' && text_page.substr(0, quote).ends_with("# TYPE ")) return false;
  }
  return true;
}

Result<std::string> convert_page(std::string_view text_page, Negotiated negotiated) {
  if (serves_as_is(text_page, negotiated)) return std::string(text_page);
  auto families = parse_page(text_page);
  if (!families) return families.error();
  escape_names(*families, negotiated.escaping);
  switch (negotiated.format) {
    case Format::OpenMetrics0:
    case Format::OpenMetrics1:
      return write_openmetrics(*families);
    case Format::Protobuf:
      return write_protobuf(*families);
    case Format::Text:
    case Format::Text1:
      break;
  }
  return write_text(*families);
}

}  // namespace sonde::exposition
