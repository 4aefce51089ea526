#pragma once
// The database's counters as metrics under the reference's names. Pure.

#include "common/exposition/metric_sink.h"
#include "scraper/tsdb/database.h"

namespace sonde::scraper {

struct Retention {
  int64_t time_ms = 0;  // 0: no limit
  uint64_t bytes = 0;   // 0: no limit
};

void append_storage_metrics(exposition::MetricSink& sink, const tsdb::DatabaseCounters& counters,
                            const Retention& retention);

}  // namespace sonde::scraper
