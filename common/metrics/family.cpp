#include "common/metrics/family.h"

namespace sonde {

std::string_view metric_type_name(MetricType type) {
  constexpr std::array<std::string_view, 8> kNames{"untyped", "counter",        "gauge", "histogram",
                                                   "summary", "gaugehistogram", "info",  "stateset"};
  return kNames[static_cast<size_t>(type)];
}

}  // namespace sonde
