#pragma once
// The database's counters as metrics under the reference's names. Pure.

#include "common/exposition/metric_sink.h"
#include "scraper/tsdb/database.h"

namespace sonde::scraper {

void append_storage_metrics(exposition::MetricSink& sink, const tsdb::DatabaseCounters& counters,
                            const tsdb::Retention& retention);

}  // namespace sonde::scraper
