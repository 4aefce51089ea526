#pragma once
// The log (WAL): log/00000001, log/00000002, … (names: file_names.h). One writer per file, files in the order
// of their numbers. Little-endian. docs/storage-format.md has a worked example.
//
//   header    magic u32 "SNL1" | version u8 | 3 zero bytes | number u64
//   fragment* in pages of 32 KB counted from the file's start; one never crosses a page, and where fewer
//   bytes than a
//             fragment's header are left in a page they are zero
//
//   fragment := length u16 | kind u8 | crc32c u32 of the kind and the data | data
//   kind      1 a whole batch, 2 a batch's first part, 3 a middle one, 4 its last
//   batch     entry*; up to about 16 KB, larger only for one large entry
//   entry     length varint | kind u8 | body; readers skip kinds that they do not know
//
// A file is read alone: symbols, label sets, shapes and groups are declared in it before their first use.
//
//   1 symbol     id varint | text (the rest)
//   2 label set  id varint | (name symbol varint | value symbol varint)*, sorted by name
//   3 shape      id varint | label set varint*
//   4 group      id varint | flags u8 (1: absence is stale) | label set varint
//   5 key row    group varint | shape varint | flags u8 (1: the row before it was sealed) | sequence u16 |
//                time zigzag | delta zigzag | per segment: known u64, present u64, changed u64 |
//                per known column: kind u8, value (zigzag varint, raw kind: u64)
//   6 row        group varint | flags u8 | sequence u16 | delta of delta zigzag |
//                [1: toggled u64 per segment] | [2: count varint, (column varint, kind u8)*] |
//                a piece per segment (piece.h)
//   7 loose row  group varint | shape varint | time zigzag | absent u64 per segment | f64 per column
//
// `delta` is the time between the last two rows, `changed` the bitmap that the next row's piece differs from.
// The sequence counts a group's rows (kinds 5 and 6): a row that does not follow its predecessor is dropped,
// and so are the next ones up to the group's key row. After damage of 256 KB or more every group waits for
// its key row, since a sequence could have come round. The last batch may be torn (the process died) and any
// byte may be bad (the disk failed): a reader drops the batch, counts it, and goes on at the next page. The
// writer's process writes; a helper thread calls fdatasync.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "common/core/result.h"

namespace sonde::tsdb {

inline constexpr uint32_t kLogMagic = 0x314C4E53;  // "SNL1" in a hex dump
inline constexpr uint8_t kLogVersion = 2;
inline constexpr size_t kLogHeaderBytes = 16;
inline constexpr size_t kLogPageBytes = 32 * 1024;
inline constexpr size_t kFragmentHeaderBytes = 7;
inline constexpr size_t kLogBatchBytes = 16 * 1024;
inline constexpr size_t kLogBatchBytesMax = 64 * 1024 * 1024;  // A reader refuses larger ones.
inline constexpr uint64_t kLogSequenceSafeBytes = 256 * 1024;  // 2^16 rows of 4 bytes

enum class FragmentKind : uint8_t {
  Whole = 1,
  First = 2,
  Middle = 3,
  Last = 4
};  // On disk: add, never renumber.
enum class EntryKind : uint8_t {
  Symbol = 1,
  LabelSet = 2,
  Shape = 3,
  Group = 4,
  KeyRow = 5,
  Row = 6,
  LooseRow = 7
};

inline constexpr uint8_t kGroupAbsenceIsStale = 1;
inline constexpr uint8_t kKeyRowBeginsTail = 1;
inline constexpr uint8_t kRowHasToggles = 1;
inline constexpr uint8_t kRowHasKindChanges = 2;

struct LogHeader {
  uint8_t version = kLogVersion;
  uint64_t number = 0;
};

void append_log_header(std::string& out, LogHeader header);
Result<LogHeader> read_log_header(std::span<const std::byte> file);

// Appends a batch as fragments. `position` is the offset in the file at which `out` ends; it is moved along.
void append_batch(std::string& out, uint64_t& position, std::string_view batch);

}  // namespace sonde::tsdb
