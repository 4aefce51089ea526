#pragma once
// Families under the configured namespace ("redis" by default), with the label instance_role behind their
// own where that is wanted. Descriptions are written for the default namespace. Writes into one sink for the
// time of one scrape; one thread.

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/exposition/metric_sink.h"

namespace sonde::redis {

using exposition::MetricSink;

class Families {
 public:
  // The namespace of the descriptions; another one takes its place.
  static constexpr std::string_view kPrefix = "redis_";

  Families(MetricSink& sink, std::string_view name_space)
      : sink_(sink), prefix_(std::string(name_space) + "_"), as_described_(prefix_ == kPrefix) {}

  // From now on every sample says whose it is: "master", "slave", or "" while that is not known.
  void set_instance_role(std::string role);

  // One sample; `family` is constexpr, its name begins with kPrefix.
  void sample(const Desc& family, std::initializer_list<std::string_view> label_values, double value);
  void sample(const Desc& family, double value) { sample(family, {}, value); }
  // For labels that differ by sample, histograms and summaries.
  void line(const Desc& family, std::string_view suffix, std::span<const LabelView> labels, double value);

  // Families that a table names without their prefix, described by that name.
  void gauge(std::string_view name, double value) { named(name, MetricType::Gauge, value); }
  void counter(std::string_view name, double value) { named(name, MetricType::Counter, value); }

  // The same without instance_role, for what is said of the exporter itself.
  void sample_without_role(const Desc& family, double value);
  void summary_without_role(const Desc& family, double sum, double count);

 private:
  const Desc& renamed(const Desc& family, bool with_role);
  void named(std::string_view name, MetricType type, double value);

  MetricSink& sink_;
  const std::string prefix_;
  const bool as_described_;
  std::optional<std::string> role_;
  std::string full_name_;  // Kept for its capacity, as all below.
  std::string help_;
  std::vector<std::string_view> values_;
  std::vector<LabelView> labels_;
};

}  // namespace sonde::redis
