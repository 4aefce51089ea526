#pragma once
// A chunk: about 120 samples of one series, compressed. Chunks of floats are decoded; those of native
// histograms are only counted. Pure; `data` points into the file that it was read from.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/core/result.h"
#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {

enum class Encoding : uint8_t {  // Prometheus' numbers, tsdb/chunkenc/chunk.go.
  Xor = 1,
  Histogram = 2,
  FloatHistogram = 3,
  Xor2 = 4,
  HistogramSt = 5,
  FloatHistogramSt = 6,
};

struct Chunk {
  Encoding encoding{};
  std::span<const std::byte> data;
};

inline bool is_histogram(Encoding encoding) {
  return encoding == Encoding::Histogram || encoding == Encoding::FloatHistogram ||
         encoding == Encoding::HistogramSt || encoding == Encoding::FloatHistogramSt;
}

// As the chunk says; 0 when it has no header.
size_t chunk_sample_count(const Chunk& chunk);

// Appends the samples of a chunk of floats. Corrupt or Truncated, with nothing appended, when it is damaged;
// Unsupported when it holds something else.
Status read_chunk(const Chunk& chunk, std::vector<Sample>& out);

}  // namespace sonde::prometheus_tsdb
