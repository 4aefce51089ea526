#pragma once
// The folder `chunks` of a block: files 000001 … of chunks, each "85bd40dd", the version and three zeros,
// then per chunk its length (varint), encoding (u8), data and the crc32c of encoding and data. A reference is
// the file's place in the folder (upper 32 bits) and the chunk's offset in it. Chunks point into the mapped
// files and live as long as this object.

#include <cstdint>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/chunk.h"

namespace sonde::prometheus_tsdb {

class ChunkSegments {
 public:
  static Result<ChunkSegments> open(io::FileSystem& files, const std::string& folder);

  // Checked against its checksum. Errors name file and byte.
  Result<Chunk> chunk(uint64_t reference) const;

 private:
  struct Segment {
    std::string path;
    io::MappedFile file;
  };
  std::string folder_;
  std::vector<Segment> segments_;
};

// The chunk at an offset of such a file.
Result<Chunk> read_block_chunk(io::Bytes file, uint64_t offset);

}  // namespace sonde::prometheus_tsdb
