#include "exporters/pushgateway/pushed_family.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "common/core/number_text.h"
#include "common/exposition/text_escape.h"
#include "common/exposition/text_reader.h"

namespace sonde::pushgateway {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// Writes the lines of one family; the name is looked at once.
class LineWriter {
 public:
  LineWriter(std::string& out, std::string_view name)
      : out_(out), name_(name), legacy_(is_legacy_metric_name(name)) {}

  void line(std::string_view suffix, std::string_view labels, double value) {
    begin(suffix, labels);
    end(value);
  }
  void line(std::string_view suffix, std::string_view labels, std::string_view extra_name, double extra_value,
            double value) {
    begin(suffix, labels);
    if (!labels.empty()) out_ += ',';
    out_ += extra_name;
    out_ += "=\"";
    append_number_exposition(out_, extra_value);
    out_ += '"';
    end(value);
  }

 private:
  void begin(std::string_view suffix, std::string_view labels) {
    if (legacy_) {
      out_ += name_;
      out_ += suffix;
      out_ += '{';
    } else {
      out_ += '{';
      exposition::append_metric_name(out_, std::string(name_) + std::string(suffix));
      out_ += ',';
    }
    out_ += labels;
  }
  void end(double value) {
    out_ += "} ";
    append_number_exposition(out_, value);
    out_ += '\n';
  }

  std::string& out_;
  std::string_view name_;
  bool legacy_;
};

void render_points(LineWriter& writer, const PushedFamily& family, const PushedMetric& metric) {
  const bool histogram = family.type == MetricType::Histogram;
  const std::string_view labels = family.labels(metric);
  const std::string_view suffix = histogram ? "_bucket" : "";
  const std::string_view bound_name = histogram ? "le" : "quantile";
  bool infinite_seen = false;
  for (const PushedMetric::Point& point : metric.points) {
    writer.line(suffix, labels, bound_name, point.bound, point.value);
    infinite_seen |= point.bound == kInf;
  }
  if (histogram && !infinite_seen) writer.line(suffix, labels, bound_name, kInf, metric.count);
  writer.line("_sum", labels, metric.sum);
  writer.line("_count", labels, metric.count);
}

}  // namespace

void render_lines(std::string& out, const PushedFamily& family) {
  LineWriter writer(out, family.name);
  for (const PushedMetric& metric : family.metrics) {
    if (has_points(family.type)) {
      render_points(writer, family, metric);
    } else {
      writer.line({}, family.labels(metric), metric.value);
    }
  }
}

std::vector<Label> split_labels(std::string_view labels) {
  std::vector<Label> out;
  const auto quoted_end = [&labels] {
    size_t at = 1;
    while (at < labels.size() && labels[at] != '"') at += labels[at] == '\\' ? 2 : 1;
    return std::min(at, labels.size());
  };
  while (!labels.empty()) {
    Label label;
    if (labels.front() == '"') {
      const size_t end = quoted_end();
      label.name = exposition::unescape(labels.substr(1, end - 1), true);
      labels.remove_prefix(std::min(end + 1, labels.size()));
    } else {
      label.name = labels.substr(0, labels.find('='));
      labels.remove_prefix(label.name.size());
    }
    labels.remove_prefix(std::min<size_t>(1, labels.size()));  // the '='
    const size_t end = quoted_end();
    if (!labels.empty()) label.value = exposition::unescape(labels.substr(1, end - 1), true);
    labels.remove_prefix(std::min(end + 2, labels.size()));  // the quote and the comma
    out.push_back(std::move(label));
  }
  return out;
}

std::vector<uint64_t> series_hashes(const PushedFamily& family) {
  const uint64_t seed = ::XXH3_64bits(family.name.data(), family.name.size());
  std::vector<uint64_t> hashes;
  hashes.reserve(family.metrics.size());
  for (const PushedMetric& metric : family.metrics) {
    const std::string_view labels = family.labels(metric);
    hashes.push_back(::XXH3_64bits_withSeed(labels.data(), labels.size(), seed));
  }
  return hashes;
}

}  // namespace sonde::pushgateway
