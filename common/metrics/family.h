#pragma once
// What a family of metrics is: name, help, type, label names. Descriptions are constexpr tables where they
// can be; whoever passes one to a sink keeps it alive for as long as the sink.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace sonde {

enum class MetricType : uint8_t {
  Untyped,
  Counter,
  Gauge,
  Histogram,
  Summary,
  // OpenMetrics only:
  GaugeHistogram,
  Info,
  StateSet,
};

// "counter", "gauge", …; Untyped is "untyped" in text 0.0.4 and "unknown" in OpenMetrics and the HTTP API.
std::string_view metric_type_name(MetricType type);

// Label names of a constexpr description, at most kLabelsMax.
class LabelNames {
 public:
  static constexpr size_t kLabelsMax = 24;
  constexpr LabelNames() = default;
  constexpr LabelNames(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) names_[size_++] = name;
  }
  // The caller has checked that there are at most kLabelsMax.
  constexpr explicit LabelNames(std::span<const std::string_view> names) {
    for (const std::string_view name : names) names_[size_++] = name;
  }
  constexpr std::span<const std::string_view> span() const { return {names_.data(), size_}; }
  constexpr size_t size() const { return size_; }

 private:
  std::array<std::string_view, kLabelsMax> names_{};
  size_t size_ = 0;
};

// One family. `labels` are in the order in which sample() is given their values and in which they are
// written.
struct Desc {
  std::string_view name;
  std::string_view help;
  MetricType type = MetricType::Gauge;
  LabelNames labels{};
};

struct LabelView {
  std::string_view name;
  std::string_view value;
};

}  // namespace sonde
