#include "scraper/prometheus_tsdb/chunk.h"

#include <string>

#include "common/io/byte_reader.h"
#include "scraper/prometheus_tsdb/big_endian.h"
#include "scraper/prometheus_tsdb/xor2_chunk.h"
#include "scraper/prometheus_tsdb/xor_chunk.h"

namespace sonde::prometheus_tsdb {

size_t chunk_sample_count(const Chunk& chunk) {
  io::ByteReader reader(chunk.data);
  const uint16_t header = read_be16(reader);
  // Chunks with start timestamps keep the counter reset in the two highest bits.
  const bool has_flags =
      chunk.encoding == Encoding::HistogramSt || chunk.encoding == Encoding::FloatHistogramSt;
  return has_flags ? header & 0x3fff : header;
}

Status read_chunk(const Chunk& chunk, std::vector<Sample>& out) {
  switch (chunk.encoding) {
    case Encoding::Xor:
      return read_xor_chunk(chunk.data, out);
    case Encoding::Xor2:
      return read_xor2_chunk(chunk.data, out);
    case Encoding::Histogram:
    case Encoding::FloatHistogram:
    case Encoding::HistogramSt:
    case Encoding::FloatHistogramSt:
      return Error(ErrorCode::Unsupported, "a chunk of native histograms");
  }
  return Error(ErrorCode::Corrupt,
               "chunk encoding " + std::to_string(static_cast<unsigned>(chunk.encoding)) + " is not known");
}

}  // namespace sonde::prometheus_tsdb
