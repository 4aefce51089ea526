#pragma once
// Families under the configured namespace ("redis" by default), described to the sink on first use.

#include <initializer_list>
#include <string>
#include <string_view>

#include "common/exposition/metric_sink.h"

namespace sonde::redis {

using exposition::MetricSink;

// Writes into one sink for the time of one scrape.
class Families {
 public:
  Families(MetricSink& sink, std::string_view name_space)
      : sink_(sink), prefix_(std::string(name_space) + "_") {}

  void gauge(std::string_view name, double value) { emit(name, MetricType::Gauge, {}, {}, value); }
  void gauge(std::string_view name, std::initializer_list<std::string_view> labels,
             std::initializer_list<std::string_view> values, double value) {
    emit(name, MetricType::Gauge, labels, values, value);
  }
  void counter(std::string_view name, double value) { emit(name, MetricType::Counter, {}, {}, value); }
  void counter(std::string_view name, std::initializer_list<std::string_view> labels,
               std::initializer_list<std::string_view> values, double value) {
    emit(name, MetricType::Counter, labels, values, value);
  }
  // A family for lines with labels of their own (summaries).
  const Desc& family(std::string_view name, MetricType type) { return describe(name, type, {}); }
  MetricSink& sink() { return sink_; }

 private:
  const Desc& describe(std::string_view name, MetricType type,
                       std::initializer_list<std::string_view> labels) {
    full_name_.assign(prefix_).append(name);
    help_.assign(name).append(" metric");
    return sink_.family(full_name_, help_, type, labels);
  }
  void emit(std::string_view name, MetricType type, std::initializer_list<std::string_view> labels,
            std::initializer_list<std::string_view> values, double value) {
    sink_.sample(describe(name, type, labels), values, value);
  }

  MetricSink& sink_;
  std::string prefix_;
  std::string full_name_;  // Kept for its capacity, as help_.
  std::string help_;
};

}  // namespace sonde::redis
