#pragma once
// sondectl tsdb dump | dump-openmetrics: the samples of a data folder as text. The database is opened, log
// included, so no server may run on it; a snapshot of a running one will do.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/matcher.h"
#include "scraper/storage/series_source.h"

namespace sonde::ctl {

int tsdb_dump(std::span<const std::string> arguments);
int tsdb_dump_openmetrics(std::span<const std::string> arguments);

enum class DumpFormat : uint8_t { Plain, OpenMetrics };

// Series ordered by their labels, a line per sample; stale markers are samples with NaN in the plain format
// and left out of OpenMetrics. `write` gets whole lines.
Status dump(const storage::SeriesSource& source, std::span<const std::vector<Matcher>> any_of,
            storage::TimeRange range, DumpFormat format, const std::function<void(std::string_view)>& write);

}  // namespace sonde::ctl
