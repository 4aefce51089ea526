#pragma once
// What a log's records are compressed with: snappy's block format, or zstd. Pure.

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/core/result.h"
#include "common/io/file_system.h"

namespace sonde::prometheus_tsdb {

enum class RecordCompression : uint8_t { Snappy, Zstd };

// `out` becomes the data uncompressed; LimitExceeded when that is more than `bytes_max`.
Status uncompress_record(RecordCompression kind, io::Bytes data, size_t bytes_max, std::string& out);

}  // namespace sonde::prometheus_tsdb
