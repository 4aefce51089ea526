#pragma once
// Chunks of floats in the encoding XOR2 of Prometheus 3.10 and later (tsdb/docs/format/chunks.md): like XOR,
// with one prefix for time and value, stale markers outside of the chain of values, and perhaps the times at
// which counters began, which are passed over. Pure.

#include <cstddef>
#include <span>
#include <vector>

#include "common/core/result.h"
#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {

Status read_xor2_chunk(std::span<const std::byte> data, std::vector<Sample>& out);

}  // namespace sonde::prometheus_tsdb
