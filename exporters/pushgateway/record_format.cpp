#include "exporters/pushgateway/record_format.h"

#include <bit>
#include <limits>
#include <utility>

#include "common/core/text.h"
#include "common/io/byte_reader.h"
#include "common/io/byte_writer.h"
#include "common/io/crc32c.h"

namespace sonde::pushgateway {
namespace {

constexpr size_t kRecordBytesMax = size_t{1} << 30;

void append_number(std::string& out, double value) {
  io::append_u64(out, std::bit_cast<uint64_t>(value));
}
double read_number(io::ByteReader& in) {
  return std::bit_cast<double>(in.u64());
}

// Leaves room for a record's head and returns where the record begins.
size_t begin_record(std::string& out, RecordKind kind) {
  const size_t begin = out.size();
  out.append(kRecordOverheadBytes - 1, '\0');
  io::append_u8(out, static_cast<uint8_t>(kind));
  return begin;
}

void end_record(std::string& out, size_t begin) {
  const std::string_view checked = std::string_view(out).substr(begin + 8);
  std::string head;
  io::append_u32(head, static_cast<uint32_t>(checked.size() - 1));
  io::append_u32(head, io::crc32c(io::as_bytes(checked)));
  out.replace(begin, head.size(), head);
}

void append_key(std::string& out, const GroupingKey& key) {
  io::append_varint(out, key.labels.size() + key.empty_names.size());
  for (const Label& label : key.labels) {
    io::append_sized_text(out, label.name);
    io::append_sized_text(out, label.value);
  }
  for (const std::string& name : key.empty_names) {
    io::append_sized_text(out, name);
    io::append_sized_text(out, {});
  }
}

GroupingKey read_key(io::ByteReader& in) {
  GroupingKey key;
  const uint64_t count = in.varint();
  if (count > kGroupingLabelsMax) in.fail();
  for (uint64_t i = 0; i < count && !in.failed(); ++i) {
    const std::string_view name = in.sized_text();
    const std::string_view value = in.sized_text();
    if (name.empty()) in.fail();
    if (value.empty()) {
      key.empty_names.emplace_back(name);
    } else {
      key.labels.set(name, value);
    }
  }
  if (key.labels.get("job").empty()) in.fail();
  return key;
}

void append_group_head(std::string& out, const GroupingKey& key, const GroupStore::Times& times) {
  append_number(out, times.push_seconds);
  append_number(out, times.failure_seconds);
  io::append_varint(out, times.ttl_ms ? static_cast<uint64_t>(*times.ttl_ms) + 1 : 0);
  append_key(out, key);
}

void append_family_record(std::string& out, std::string_view name, const GroupStore::Family& family) {
  append_number(out, family.pushed_at_seconds);
  std::string head;
  append_family_header(head, name, family);
  io::append_varint(out, head.size() + family.lines.size());
  out += head;
  out += family.lines;
}

Error corrupt(std::string message) {
  return Error(ErrorCode::Corrupt, std::move(message));
}

}  // namespace

void append_header(std::string& out, FileHeader header) {
  const size_t begin = out.size();
  io::append_u32(out, kMagic);
  io::append_u8(out, kVersion);
  io::append_u8(out, static_cast<uint8_t>(header.kind));
  io::append_u16(out, 0);
  io::append_u64(out, header.number);
  io::append_u32(out, io::crc32c(io::as_bytes(std::string_view(out).substr(begin))));
}

Result<FileHeader> read_header(io::Bytes file) {
  io::ByteReader in(file);
  const uint32_t magic = in.u32();
  const uint8_t version = in.u8();
  const uint8_t kind = in.u8();
  in.u16();
  const uint64_t number = in.u64();
  const uint32_t crc = in.u32();
  if (in.failed()) return Error(ErrorCode::Truncated, "the file's header is cut short");
  if (magic != kMagic) return corrupt("not a file of this pushgateway");
  if (io::crc32c(file.first(kHeaderBytes - sizeof(crc))) != crc)
    return corrupt("the file's header is damaged");
  if (version != kVersion) {
    return Error(ErrorCode::Unsupported, "the file is of version " + std::to_string(version) +
                                             ", this program reads " + std::to_string(kVersion));
  }
  if (kind != static_cast<uint8_t>(FileKind::Snapshot) && kind != static_cast<uint8_t>(FileKind::Journal)) {
    return corrupt("unknown kind of file");
  }
  return FileHeader{static_cast<FileKind>(kind), number};
}

void append_group(std::string& out, RecordKind kind, const GroupingKey& key, const GroupStore::Times& times,
                  std::span<const GroupStore::Named> families) {
  const size_t begin = begin_record(out, kind);
  append_group_head(out, key, times);
  io::append_varint(out, families.size());
  for (const auto& [name, family] : families) append_family_record(out, name, family);
  end_record(out, begin);
}

void append_group(std::string& out, const GroupStore::Group& group) {
  const size_t begin = begin_record(out, RecordKind::Replace);
  append_group_head(out, group.key, {group.push_time_seconds, group.push_failure_time_seconds, group.ttl_ms});
  io::append_varint(out, group.families.size());
  for (const auto& [name, family] : group.families) append_family_record(out, name, family);
  end_record(out, begin);
}

void append_remove(std::string& out, const GroupingKey& key) {
  const size_t begin = begin_record(out, RecordKind::Remove);
  append_key(out, key);
  end_record(out, begin);
}

void append_wipe(std::string& out) {
  end_record(out, begin_record(out, RecordKind::Wipe));
}

void append_end(std::string& out, uint64_t group_count) {
  const size_t begin = begin_record(out, RecordKind::End);
  io::append_varint(out, group_count);
  end_record(out, begin);
}

Result<GroupRecord> read_group(io::Bytes data) {
  io::ByteReader in(data);
  GroupRecord record;
  record.times.push_seconds = read_number(in);
  record.times.failure_seconds = read_number(in);
  const uint64_t ttl = in.varint();
  if (ttl > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) in.fail();
  if (ttl != 0) record.times.ttl_ms = static_cast<int64_t>(ttl - 1);
  record.key = read_key(in);
  const uint64_t count = in.varint();
  for (uint64_t i = 0; i < count && !in.failed(); ++i) {
    const double pushed_at = read_number(in);
    record.families.push_back({pushed_at, std::string(in.sized_text())});
  }
  if (in.failed() || !in.at_end()) return corrupt("a group's record is damaged");
  return record;
}

Result<GroupingKey> read_remove(io::Bytes data) {
  io::ByteReader in(data);
  GroupingKey key = read_key(in);
  if (in.failed() || !in.at_end()) return corrupt("a removal's record is damaged");
  return key;
}

Result<uint64_t> read_end(io::Bytes data) {
  io::ByteReader in(data);
  const uint64_t count = in.varint();
  if (in.failed() || !in.at_end()) return corrupt("the last record is damaged");
  return count;
}

size_t RecordReader::good_record(size_t at) const {
  if (at > file_.size()) return 0;
  io::ByteReader in(file_.subspan(at));
  const uint32_t length = in.u32();
  const uint32_t crc = in.u32();
  if (in.failed() || length > kRecordBytesMax) return 0;
  const io::Bytes checked = in.bytes(size_t{length} + 1);
  if (in.failed() || io::crc32c(checked) != crc) return 0;
  return kRecordOverheadBytes + length;
}

bool RecordReader::is_whole(size_t at) const {
  io::ByteReader in(file_.subspan(at));
  const uint32_t length = in.u32();
  return !in.failed() && in.left() > length + sizeof(uint32_t);
}

bool RecordReader::next(Record& record) {
  while (at_ < file_.size()) {
    if (const size_t length = good_record(at_); length != 0) {
      record.kind = static_cast<RecordKind>(file_[at_ + 8]);
      record.data = file_.subspan(at_ + kRecordOverheadBytes, length - kRecordOverheadBytes);
      at_ += length;
      return true;
    }
    // Lengths of text bytes are longer than any file, so that the search tries few places in earnest.
    size_t behind = at_ + 1;
    while (behind < file_.size() && good_record(behind) == 0) ++behind;
    if (behind >= file_.size()) {
      if (is_whole(at_)) ++damaged_count_;
      torn_bytes_ = file_.size() - at_;
      at_ = file_.size();
      return false;
    }
    ++damaged_count_;
    at_ = behind;
  }
  return false;
}

}  // namespace sonde::pushgateway
