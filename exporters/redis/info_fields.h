#pragma once
// Which fields of INFO become which families: one table.

#include <string_view>

#include "common/metrics/family.h"

namespace sonde::redis {

struct InfoField {
  std::string_view field;   // in INFO
  std::string_view family;  // without the namespace
  MetricType type = MetricType::Gauge;
  double scale = 1;  // the exported value is the field's times this
};

// The row of a field, or nullptr when it is not exported.
const InfoField* find_info_field(std::string_view field);

}  // namespace sonde::redis
