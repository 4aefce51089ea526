#pragma once
// What every exporter's collectors look like to the frame. A collector knows names and fields; the frame does
// flags, timing, success, deadlines and isolation of failures. One row per collector in a sorted table.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "common/core/result.h"
#include "common/exposition/metric_sink.h"

namespace sonde::exporter {

using exposition::MetricSink;

class Collector {
 public:
  virtual ~Collector() = default;
  // Appends this scrape's samples. What was appended before an error is served. NotFound means "not on this
  // host": success 0, logged at debug only. Called by one thread at a time.
  virtual Status collect(MetricSink& sink) = 0;
  // For entries that may block: whether the run that follows could. Asked on the loop's thread, and never
  // while the collector runs; "no" saves the way to a worker and back, which costs more than most collectors
  // do.
  virtual bool may_block() { return true; }
};

}  // namespace sonde::exporter
