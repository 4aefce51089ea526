#pragma once
// Field numbers of io.prometheus.client, as its metrics.proto declares them. On the wire: never renumber.

#include <cstdint>

namespace sonde::exposition::wire {

inline constexpr uint32_t kFamilyName = 1, kFamilyHelp = 2, kFamilyType = 3, kFamilyMetric = 4,
                          kFamilyUnit = 5;
inline constexpr uint32_t kMetricLabel = 1, kMetricGauge = 2, kMetricCounter = 3, kMetricSummary = 4,
                          kMetricUntyped = 5, kMetricTimestampMs = 6, kMetricHistogram = 7;
inline constexpr uint32_t kLabelName = 1, kLabelValue = 2;
// Gauge, Counter and Untyped alike.
inline constexpr uint32_t kPlainValue = 1;
inline constexpr uint32_t kSummaryCount = 1, kSummarySum = 2, kSummaryQuantile = 3;
inline constexpr uint32_t kQuantileQuantile = 1, kQuantileValue = 2;
inline constexpr uint32_t kHistogramCount = 1, kHistogramSum = 2, kHistogramBucket = 3,
                          kHistogramCountFloat = 4;
inline constexpr uint32_t kBucketCount = 1, kBucketBound = 2, kBucketCountFloat = 4;

enum class Type : uint8_t {
  Counter = 0,
  Gauge = 1,
  Summary = 2,
  Untyped = 3,
  Histogram = 4,
  GaugeHistogram = 5
};

}  // namespace sonde::exposition::wire
