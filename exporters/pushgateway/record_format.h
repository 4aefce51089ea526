#pragma once
// The two files of a pushgateway's groups, which share one form: the snapshot (--persistence.file) and the
// journals beside it (FILE.journal.1, .2, …; names: file_names.h). Little-endian throughout.
//
//   offset  size  field
//   0       4     magic      0x31475053, "SPG1" in a hex dump
//   4       1     version    kVersion; a reader refuses any other
//   5       1     kind       FileKind
//   6       2     reserved   zero; a reader ignores them
//   8       8     number     of a journal: its own; of a snapshot: of the first journal that it does not hold
//   16      4     crc32c     of the 16 bytes before
//   20      ...   record*    until the end of the file
//
//   record  := length u32 | crc32c u32 of kind and data | kind u8 | data u8[length]
//   Replace := group | families      the group is this, whatever it was (a PUT; a group in a snapshot)
//   Merge   := group | families      families of other names stay (a POST; a failed push has no families)
//   Remove  := key
//   Wipe    := nothing
//   End     := count varint          a snapshot's last record: the number of its groups
//
//   group    := push time f64 | failure time f64 | time to live | key      times in seconds since 1970, 0:
//   never time to live := varint           0: not given; else milliseconds + 1 key      := count varint | {
//   name sized | value sized }*               values may be empty families := count varint | { pushed at f64
//   | text sized }*             HELP, TYPE and lines, format 0.0.4 sized    := length varint | bytes
//
// Every record says what holds from then on, not what changed, so that a journal may be replayed over a
// snapshot that holds some of it. A journal's record is written before the push is answered; the file is
// not synced (what a power cut can cost), unless --persistence.sync. A snapshot is written beside, synced and
// renamed. A reader drops a torn tail; a record whose checksum is wrong is left out and counted, and reading
// goes on at the next good record, wherever that begins.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/grouping_key.h"

namespace sonde::pushgateway {

inline constexpr uint32_t kMagic = 0x31475053;
inline constexpr uint8_t kVersion = 1;
inline constexpr size_t kHeaderBytes = 20;
inline constexpr size_t kRecordOverheadBytes = 4 + 4 + 1;

enum class FileKind : uint8_t { Snapshot = 1, Journal = 2 };  // On disk: add, never renumber.
enum class RecordKind : uint8_t { Replace = 1, Merge = 2, Remove = 3, Wipe = 4, End = 5 };

struct FileHeader {
  FileKind kind = FileKind::Snapshot;
  uint64_t number = 0;
};
void append_header(std::string& out, FileHeader header);
// Corrupt for what is no such file, Unsupported for a version that is not ours.
Result<FileHeader> read_header(io::Bytes file);

// One family of a record, as text.
struct FamilyRecord {
  double pushed_at_seconds = 0;
  std::string text;
};
struct GroupRecord {
  GroupStore::Times times;
  GroupingKey key;
  std::vector<FamilyRecord> families;
};
// Appends a Replace or Merge record of a group's families, straight from the store's.
void append_group(std::string& out, RecordKind kind, const GroupingKey& key, const GroupStore::Times& times,
                  std::span<const GroupStore::Named> families);
void append_group(std::string& out, const GroupStore::Group& group);  // Replace
void append_remove(std::string& out, const GroupingKey& key);
void append_wipe(std::string& out);
void append_end(std::string& out, uint64_t group_count);

// The data of a Replace or Merge, of a Remove, of an End. Corrupt when it is anything else.
Result<GroupRecord> read_group(io::Bytes data);
Result<GroupingKey> read_remove(io::Bytes data);
Result<uint64_t> read_end(io::Bytes data);

// Walks the records behind the header.
class RecordReader {
 public:
  explicit RecordReader(io::Bytes file) : file_(file), at_(kHeaderBytes) {}

  struct Record {
    RecordKind kind = RecordKind::End;
    io::Bytes data;  // points into the file
  };
  // False at the end, whether clean or torn.
  bool next(Record& record);

  uint64_t damaged_count() const { return damaged_count_; }  // records left out, as far as they can be told
  size_t torn_bytes() const { return torn_bytes_; }          // at the end, of a record that is not whole

 private:
  // The length of the good record at `at`; 0 where there is none.
  size_t good_record(size_t at) const;
  // Whether the bytes at `at` reach as far as the length there says.
  bool is_whole(size_t at) const;

  io::Bytes file_;
  size_t at_;
  uint64_t damaged_count_ = 0;
  size_t torn_bytes_ = 0;
};

}  // namespace sonde::pushgateway
