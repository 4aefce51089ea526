#include "common/metrics/family.h"

#include <doctest/doctest.h>

#include <array>

namespace sonde {

TEST_SUITE("metrics/family") {
  TEST_CASE("types have the words of the formats") {
    CHECK(metric_type_name(MetricType::Untyped) == "untyped");
    CHECK(metric_type_name(MetricType::Counter) == "counter");
    CHECK(metric_type_name(MetricType::GaugeHistogram) == "gaugehistogram");
    CHECK(metric_type_name(MetricType::StateSet) == "stateset");
  }

  TEST_CASE("label names are made from literals and from lists") {
    constexpr LabelNames kNames{"cpu", "mode"};
    static_assert(kNames.size() == 2);
    CHECK(kNames.span()[1] == "mode");
    const std::array<std::string_view, 1> list{"device"};
    CHECK(LabelNames(std::span<const std::string_view>(list)).span()[0] == "device");
  }

}  // TEST_SUITE

}  // namespace sonde
