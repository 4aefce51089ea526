#include "common/exposition/protobuf_reader.h"

#include <cmath>
#include <limits>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/protobuf_format.h"
#include "common/exposition/protobuf_wire.h"
#include "common/exposition/text_escape.h"
#include "common/exposition/text_reader.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

Error bad(std::string what) {
  return Error(ErrorCode::Corrupt, std::move(what));
}

struct FamilyMessage {
  std::string_view name;
  std::string_view help;
  std::string_view unit;
  uint64_t type = 0;
  std::vector<std::string_view> metrics;
};

struct MetricMessage {
  std::vector<LabelView> labels;
  int64_t timestamp_ms = 0;
  std::string_view value;  // the Gauge, Counter, Summary, Untyped or Histogram message that the type asks for
};

struct TypeRow {
  uint32_t field;
  std::string_view word;  // in the text format
};
constexpr TypeRow kTypes[] = {{wire::kMetricCounter, "counter"},     {wire::kMetricGauge, "gauge"},
                              {wire::kMetricSummary, "summary"},     {wire::kMetricUntyped, "untyped"},
                              {wire::kMetricHistogram, "histogram"}, {wire::kMetricHistogram, "histogram"}};

bool read_family(std::string_view message, FamilyMessage& out) {
  WireReader reader(message);
  while (reader.next()) {
    switch (reader.field()) {
      case wire::kFamilyName:
        out.name = reader.bytes();
        break;
      case wire::kFamilyHelp:
        out.help = reader.bytes();
        break;
      case wire::kFamilyType:
        out.type = reader.varint();
        break;
      case wire::kFamilyMetric:
        out.metrics.push_back(reader.bytes());
        break;
      case wire::kFamilyUnit:
        out.unit = reader.bytes();
        break;
      default:
        break;
    }
  }
  return !reader.failed();
}

bool read_label(std::string_view message, LabelView& out) {
  WireReader reader(message);
  while (reader.next()) {
    if (reader.field() == wire::kLabelName) out.name = reader.bytes();
    if (reader.field() == wire::kLabelValue) out.value = reader.bytes();
  }
  return !reader.failed();
}

bool read_metric(std::string_view message, uint32_t value_field, MetricMessage& out) {
  WireReader reader(message);
  while (reader.next()) {
    if (reader.field() == wire::kMetricLabel) {
      if (!read_label(reader.bytes(), out.labels.emplace_back())) return false;
    } else if (reader.field() == wire::kMetricTimestampMs) {
      out.timestamp_ms = static_cast<int64_t>(reader.varint());
    } else if (reader.field() == value_field) {
      out.value = reader.bytes();
    }
  }
  return !reader.failed();
}

// Writes the lines of one metric.
class MetricWriter {
 public:
  MetricWriter(std::string& page, std::string_view family_name, const MetricMessage& metric)
      : page_(page), name_(family_name), metric_(metric) {}

  bool write_plain() {
    WireReader reader(metric_.value);
    double value = 0;
    while (reader.next()) {
      if (reader.field() == wire::kPlainValue) value = reader.fixed64();
    }
    line("", value);
    return !reader.failed();
  }

  bool write_summary() {
    WireReader reader(metric_.value);
    uint64_t count = 0;
    double sum = 0;
    while (reader.next()) {
      switch (reader.field()) {
        case wire::kSummaryCount:
          count = reader.varint();
          break;
        case wire::kSummarySum:
          sum = reader.fixed64();
          break;
        case wire::kSummaryQuantile:
          if (!write_quantile(reader.bytes())) return false;
          break;
        default:
          break;
      }
    }
    line("_sum", sum);
    line("_count", static_cast<double>(count));
    return !reader.failed();
  }

  bool write_histogram() {
    WireReader reader(metric_.value);
    double count = 0;
    double count_float = 0;
    double sum = 0;
    bool infinite = false;
    while (reader.next()) {
      switch (reader.field()) {
        case wire::kHistogramCount:
          count = static_cast<double>(reader.varint());
          break;
        case wire::kHistogramCountFloat:
          count_float = reader.fixed64();
          break;
        case wire::kHistogramSum:
          sum = reader.fixed64();
          break;
        case wire::kHistogramBucket:
          if (!write_bucket(reader.bytes(), infinite)) return false;
          break;
        default:
          break;
      }
    }
    if (count_float > 0) count = count_float;
    if (!infinite) bound_line("_bucket", "le", kInf, count);
    line("_sum", sum);
    line("_count", count);
    return !reader.failed();
  }

 private:
  bool write_quantile(std::string_view message) {
    WireReader reader(message);
    double quantile = 0;
    double value = 0;
    while (reader.next()) {
      if (reader.field() == wire::kQuantileQuantile) quantile = reader.fixed64();
      if (reader.field() == wire::kQuantileValue) value = reader.fixed64();
    }
    bound_line("", "quantile", quantile, value);
    return !reader.failed();
  }

  bool write_bucket(std::string_view message, bool& infinite) {
    WireReader reader(message);
    double count = 0;
    double count_float = 0;
    double bound = 0;
    while (reader.next()) {
      if (reader.field() == wire::kBucketCount) count = static_cast<double>(reader.varint());
      if (reader.field() == wire::kBucketCountFloat) count_float = reader.fixed64();
      if (reader.field() == wire::kBucketBound) bound = reader.fixed64();
    }
    infinite |= bound == kInf;
    bound_line("_bucket", "le", bound, count_float > 0 ? count_float : count);
    return !reader.failed();
  }

  void bound_line(std::string_view suffix, std::string_view label, double bound, double value) {
    bound_.clear();
    append_openmetrics_float(bound_, bound);
    bound_label_ = label;
    line(suffix, value);
    bound_label_ = {};
  }

  void line(std::string_view suffix, double value) {
    full_name_.assign(name_).append(suffix);
    const bool outside = is_legacy_metric_name(full_name_);
    if (!outside) page_ += '{';
    append_metric_name(page_, full_name_);
    bool open = !outside;
    const auto append = [&](std::string_view name, std::string_view label_value) {
      page_ += open ? ',' : '{';
      open = true;
      append_label_name(page_, name);
      page_ += "=\"";
      append_label_value(page_, label_value);
      page_ += '"';
    };
    for (const LabelView& label : metric_.labels) append(label.name, label.value);
    if (!bound_label_.empty()) append(bound_label_, bound_);
    if (open) page_ += '}';
    page_ += ' ';
    append_number_exposition(page_, value);
    if (metric_.timestamp_ms != 0) {
      page_ += ' ';
      // Text has no times before 1970; storage refuses them as it refuses 1970 itself.
      append_integer(page_, std::max<int64_t>(metric_.timestamp_ms, 0));
    }
    page_ += '\n';
  }

  std::string& page_;
  std::string_view name_;
  const MetricMessage& metric_;
  std::string full_name_;
  std::string_view bound_label_;
  std::string bound_;
};

bool is_good_name(std::string_view name) {
  return !name.empty() && is_valid_utf8(name) && name.find('\0') == std::string_view::npos;
}

Status append_family(std::string_view message, std::string& page) {
  FamilyMessage family;
  if (!read_family(message, family)) return bad("a metric family is malformed");
  if (!is_good_name(family.name)) return bad("invalid metric name " + quoted(family.name));
  if (!is_valid_utf8(family.help))
    return bad("the help text of " + quoted(family.name) + " is not valid UTF-8");
  if (family.type >= std::size(kTypes)) return bad("unknown metric type of " + quoted(family.name));
  page += "# HELP ";
  append_metric_name(page, family.name);
  page += ' ';
  append_help(page, family.help, false);
  page += "\n# TYPE ";
  append_metric_name(page, family.name);
  page += ' ';
  page += kTypes[family.type].word;
  page += '\n';
  for (const std::string_view metric_message : family.metrics) {
    MetricMessage metric;
    if (!read_metric(metric_message, kTypes[family.type].field, metric)) {
      return bad("a metric of " + quoted(family.name) + " is malformed");
    }
    for (const LabelView& label : metric.labels) {
      if (!is_good_name(label.name) || !is_valid_utf8(label.value)) {
        return bad("invalid label " + quoted(label.name) + " of " + quoted(family.name));
      }
    }
    MetricWriter writer(page, family.name, metric);
    const auto type = static_cast<wire::Type>(family.type);
    const bool good = type == wire::Type::Summary                           ? writer.write_summary()
                      : kTypes[family.type].field == wire::kMetricHistogram ? writer.write_histogram()
                                                                            : writer.write_plain();
    if (!good) return bad("a metric of " + quoted(family.name) + " is malformed");
  }
  return Ok{};
}

}  // namespace

Status append_protobuf_as_text(std::string_view body, std::string& page) {
  std::string_view rest = body;
  while (!rest.empty()) {
    const size_t offset = body.size() - rest.size();
    uint64_t size = 0;
    if (!take_varint(rest, size) || size > rest.size()) {
      return Error(ErrorCode::Truncated,
                   "offset " + std::to_string(offset) + ": the body ends within a message",
                   ByteRange{.begin = offset, .end = body.size()});
    }
    const Status appended = append_family(rest.substr(0, size), page);
    if (!appended) {
      const size_t end = body.size() - rest.size() + size;
      return Error(appended.error().code(),
                   "offset " + std::to_string(offset) + ": " + appended.error().message(),
                   ByteRange{.begin = offset, .end = end});
    }
    rest.remove_prefix(size);
  }
  return Ok{};
}

}  // namespace sonde::exposition
