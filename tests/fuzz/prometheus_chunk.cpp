// Any bytes as chunks of samples, as a file of a block's chunks and as a file of head chunks: decoding must
// not read outside or make more samples than a chunk can have.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "scraper/prometheus_tsdb/chunk_segments.h"
#include "scraper/prometheus_tsdb/head_chunk_file.h"
#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace pt = sonde::prometheus_tsdb;

namespace {

void read(const pt::Chunk& chunk) {
  std::vector<pt::Sample> samples;
  if (pt::read_chunk(chunk, samples) && samples.size() != pt::chunk_sample_count(chunk)) std::abort();
  if (samples.size() > UINT16_MAX) std::abort();
}

void read_head_chunks(sonde::io::Bytes file) {
  pt::HeadChunkReader reader(file);
  pt::HeadChunk found;
  for (auto more = reader.next(found); more && *more; more = reader.next(found)) read(found.chunk);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  read({static_cast<pt::Encoding>(data[0]), bytes});
  if (const auto chunk = pt::read_block_chunk(bytes, data[0])) read(*chunk);
  read_head_chunks(bytes);
  // The same with a good header and checksum, which gets further.
  const std::string content(sonde::io::as_text(bytes));
  const std::string file = pt::head_chunk_file({}) + content + pt::crc_of(content) + "rest";
  read_head_chunks(sonde::io::as_bytes(file));
  const std::string block =
      pt::head_chunk_file({}) + pt::varint(content.size() - 1) + content + pt::crc_of(content);
  if (const auto chunk = pt::read_block_chunk(sonde::io::as_bytes(block), 8)) read(*chunk);
  return 0;
}
