#pragma once
// What a push brings: families of samples whose labels are already joined with the group's. Plain data.

#include <string>
#include <vector>

#include "common/metrics/family.h"
#include "common/metrics/labels.h"

namespace sonde::pushgateway {

struct PushedSample {
  std::string suffix;         // "", "_bucket", "_sum" or "_count"
  std::vector<Label> labels;  // sorted by name, "le" and "quantile" last; values may be empty (instance="")
  double value = 0;
};

struct PushedFamily {
  std::string name;
  std::string help;
  MetricType type = MetricType::Untyped;
  std::vector<PushedSample> samples;
};

}  // namespace sonde::pushgateway
