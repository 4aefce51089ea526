#pragma once
// A block: everything between two times, in one immutable file (names: file_names.h), read in place through a
// mapping. Little-endian; sections begin at multiples of 64 bytes. docs/storage-format.md has the byte
// diagrams.
//
//   header    64 bytes: magic u32 "SNB1", version u32, zeros
//   sections  in any order, each at most once; readers pass over those that they do not know
//   footer    BlockInfo, then a SectionEntry per section
//   trailer   BlockTrailer, the last 32 bytes of the file
//
// Every section but the chunks has its crc32c in the footer and is checked when the block is opened; the
// chunks have one per page of 64 KB (section PageChecksums), checked when a query first touches the page. A
// block without a good trailer and footer is no block. Written as X.tmp, synced, renamed, folder synced; then
// a line in the MANIFEST.

#include <cstdint>

namespace sonde::tsdb {

inline constexpr uint32_t kBlockMagic = 0x31424E53;  // "SNB1"
inline constexpr uint32_t kBlockVersion = 1;
inline constexpr uint64_t kSectionAlignment = 64;
inline constexpr uint64_t kBlockPageBytes = 64 * 1024;

enum class SectionKind : uint32_t {  // On disk: add, never renumber.
  SymbolOffsets = 1,                 // u64 per symbol and one more; symbols are sorted by their bytes
  SymbolText = 2,
  LabelSetOffsets = 3,  // u32 per label set and one more, in label refs
  LabelRefs = 4,        // LabelRef: symbols of name and value, sorted by name within a set
  LabelSetHashes = 5,   // u64 per label set: sum over its labels of xxh3(value, seed xxh3(name))
  Shapes = 6,           // BlockShape
  ShapeColumns = 7,     // u32 label set per column, shape after shape
  ShapeNames = 8,       // NamedColumn, parallel to the columns, sorted within a shape
  Parts = 9,            // BlockPart
  RowGroups = 10,       // BlockRowGroup, part after part, ascending in time
  Times = 11,           // times_codec.h; equal ones are kept once
  Directory = 12,       // u64 per column of each part: where its chunks begin in the section Chunks
  Chunks = 13,  // per column a run of (length varint, chunk) for each row group; length 0: as the one before
  PageChecksums = 14,  // u32 per page of Chunks
};

enum class BlockSource : uint32_t { Head = 1, Import = 2 };

struct BlockInfo {
  int64_t time_min_ms = 0;  // of the samples
  int64_t time_max_ms = 0;
  int64_t range_end_ms = 0;  // rows before it are in blocks from here on (source Head)
  uint64_t series = 0;
  uint64_t samples = 0;
  BlockSource source = BlockSource::Head;
  uint32_t section_count = 0;
};
static_assert(sizeof(BlockInfo) == 48);

struct SectionEntry {
  SectionKind kind{};
  uint32_t crc = 0;  // 0 for the chunks
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
};
static_assert(sizeof(SectionEntry) == 24);

struct BlockTrailer {
  uint64_t footer_offset = 0;
  uint32_t footer_bytes = 0;
  uint32_t footer_crc = 0;
  uint64_t file_bytes = 0;
  uint32_t version = kBlockVersion;
  uint32_t magic = kBlockMagic;
};
static_assert(sizeof(BlockTrailer) == 32);

struct BlockShape {
  uint32_t column_begin = 0;
  uint32_t column_count = 0;
  uint64_t hash = 0;
};
static_assert(sizeof(BlockShape) == 16);

inline constexpr uint32_t kPartAbsenceIsStale = 1;

// One group's rows with one set of columns.
struct BlockPart {
  uint32_t label_set = 0;
  uint32_t flags = 0;
  uint32_t shape = 0;
  uint32_t row_group_count = 0;
  uint64_t row_group_begin = 0;
  uint64_t directory_begin = 0;
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
};
static_assert(sizeof(BlockPart) == 48);

struct BlockRowGroup {
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
  uint32_t times_offset = 0;
  uint16_t times_bytes = 0;
  uint16_t row_count = 0;
};
static_assert(sizeof(BlockRowGroup) == 24);

}  // namespace sonde::tsdb
