#pragma once
// What a push brings: families of metrics whose labels are already joined with the group's and written as the
// text format writes them. Plain data, made by PushReader and rendered by render_family().

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/family.h"
#include "common/metrics/labels.h"

namespace sonde::pushgateway {

// One label set of a family. A histogram or a summary is one metric, whatever the number of its lines.
struct PushedMetric {
  // A bucket's upper bound and cumulative count, or a quantile and its value.
  struct Point {
    double bound = 0;
    double value = 0;
  };
  uint32_t labels_begin = 0;  // in the family's label_text
  uint32_t labels_size = 0;
  double value = 0;  // of a counter, gauge or untyped metric
  double sum = 0;    // of a histogram or summary, and all below
  double count = 0;
  std::vector<Point> points{};  // in the order of the body
};

struct PushedFamily {
  std::string name;
  std::string help;
  bool has_help = false;
  MetricType type = MetricType::Untyped;
  // `a="1",instance="",job="x"` of every metric, one after the other: sorted by name, values escaped and
  // possibly empty, without `le` and `quantile` where the type takes them apart.
  std::string label_text;
  std::vector<PushedMetric> metrics;

  std::string_view labels(const PushedMetric& metric) const {
    return std::string_view(label_text).substr(metric.labels_begin, metric.labels_size);
  }
};

constexpr bool has_points(MetricType type) {
  return type == MetricType::Histogram || type == MetricType::Summary;
}

// Appends the family's lines, without HELP and TYPE. A histogram without a +Inf bucket gets one of its count;
// sums and counts follow the points, as the reference writes them.
void render_lines(std::string& out, const PushedFamily& family);

// The labels of a metric's text, in its order.
std::vector<Label> split_labels(std::string_view labels);

// One number per metric that stands for its name and labels; the same for equal ones in this process and any
// other.
std::vector<uint64_t> series_hashes(const PushedFamily& family);

}  // namespace sonde::pushgateway
