#include "scraper/tsdb/replay.h"

#include <bit>
#include <utility>

#include "scraper/tsdb/log_reader.h"

namespace sonde::tsdb {
namespace {

size_t segments_for(size_t columns) {
  return (columns + kSegmentColumns - 1) / kSegmentColumns;
}

// The bits of the last segment that stand for no column are zero.
bool has_stray_bits(const std::vector<uint64_t>& words, size_t columns) {
  const size_t used = columns % kSegmentColumns;
  return used != 0 && (words.back() >> used) != 0;
}

}  // namespace

Result<ReplayCounts> LogReplay::read_file(const io::ReadableFile& file) {
  counts_ = {};
  symbols_.clear();
  label_sets_.clear();
  shapes_.clear();
  groups_.clear();
  LogReader reader(file);
  if (auto header = reader.read_header(); !header) return header.error();
  std::string batch;
  while (true) {
    auto got = reader.next(batch);
    if (!got) return got.error();
    if (!*got) break;
    if (reader.lost_bytes() >= kLogSequenceSafeBytes) {
      for (auto& [id, group] : groups_) group.is_synced = false;
    }
    read_batch(batch);
  }
  counts_.damages = reader.damage_count();
  return counts_;
}

void LogReplay::read_batch(std::string_view batch) {
  io::ByteReader reader(io::as_bytes(batch));
  while (!reader.at_end()) {
    const uint64_t length = reader.varint();
    const auto kind = static_cast<EntryKind>(reader.u8());
    if (length > reader.left()) return;
    read_entry(kind, reader.text(static_cast<size_t>(length)));
  }
}

void LogReplay::read_entry(EntryKind kind, std::string_view body) {
  io::ByteReader reader(io::as_bytes(body));
  switch (kind) {
    case EntryKind::Symbol:
      return read_symbol(reader);
    case EntryKind::LabelSet:
      return read_label_set(reader);
    case EntryKind::Shape:
      return read_shape(reader);
    case EntryKind::Group:
      return read_group(reader);
    case EntryKind::KeyRow:
      return read_key_row(reader);
    case EntryKind::Row:
      return read_row(reader);
    case EntryKind::LooseRow:
      return read_loose_row(reader);
  }
}

void LogReplay::read_symbol(io::ByteReader& reader) {
  const uint64_t id = reader.varint();
  if (!reader.failed()) symbols_[id] = reader.text(reader.left());
}

void LogReplay::read_label_set(io::ByteReader& reader) {
  const uint64_t id = reader.varint();
  std::vector<Label> labels;
  while (!reader.at_end()) {
    const auto name = symbols_.find(reader.varint());
    const auto value = symbols_.find(reader.varint());
    if (reader.failed() || name == symbols_.end() || value == symbols_.end()) return;
    labels.push_back({name->second, value->second});
  }
  if (!reader.failed()) label_sets_[id] = head_.symbols().intern(Labels(std::move(labels)));
}

void LogReplay::read_shape(io::ByteReader& reader) {
  const uint64_t id = reader.varint();
  std::vector<LabelSetId> columns;
  while (!reader.at_end()) {
    const auto set = label_sets_.find(reader.varint());
    if (reader.failed() || set == label_sets_.end()) return;
    columns.push_back(set->second);
  }
  if (!reader.failed()) shapes_[id] = head_.shapes().share(std::move(columns));
}

void LogReplay::read_group(io::ByteReader& reader) {
  const uint64_t id = reader.varint();
  const uint8_t flags = reader.u8();
  const auto set = label_sets_.find(reader.varint());
  if (reader.failed() || set == label_sets_.end()) return;
  groups_[id].id = head_.open_group(set->second, {.absence_is_stale = (flags & kGroupAbsenceIsStale) != 0});
}

LogReplay::LogGroup* LogReplay::find_group(uint64_t id) {
  const auto at = groups_.find(id);
  return at == groups_.end() ? nullptr : &at->second;
}

void LogReplay::read_key_row(io::ByteReader& reader) {
  LogGroup* group = find_group(reader.varint());
  const auto shape = shapes_.find(reader.varint());
  if (group == nullptr || shape == shapes_.end()) {
    if (group != nullptr) group->is_synced = false;
    ++counts_.rows_dropped;
    return;
  }
  group->shape = shape->second;
  const size_t column_count = group->shape->columns.size();
  const size_t segment_count = segments_for(column_count);
  group->sequence = reader.u16();
  group->time_ms = reader.signed_varint();
  group->delta_ms = reader.signed_varint();
  group->known.resize(segment_count);
  group->absent.resize(segment_count);
  group->last.assign(column_count, 0.0);
  group->kinds.assign(column_count, 0);
  for (uint64_t& word : group->known) word = reader.u64();
  for (uint64_t& word : group->absent) word = ~reader.u64();
  bool is_good = segment_count == 0 || !has_stray_bits(group->known, column_count);
  for (size_t column = 0; column < column_count && is_good; ++column) {
    if (((group->known[column / kSegmentColumns] >> (column % kSegmentColumns)) & 1) == 0) continue;
    const Kind kind = reader.u8();
    is_good = is_kind(kind);
    group->kinds[column] = kind;
    group->last[column] =
        is_good ? to_double(kind, kind == kKindRaw ? reader.i64() : reader.signed_varint()) : 0.0;
  }
  group->is_synced = is_good && !reader.failed();
  if (group->is_synced) {
    give_to_head(*group);
  } else {
    ++counts_.rows_dropped;
  }
}

bool LogReplay::read_changes(io::ByteReader& reader, LogGroup& group, uint8_t flags) {
  if ((flags & kRowHasToggles) != 0) {
    for (uint64_t& word : group.absent) word ^= reader.u64();
  }
  if ((flags & kRowHasKindChanges) == 0) return true;
  const uint64_t count = reader.varint();
  for (uint64_t i = 0; i < count && !reader.failed(); ++i) {
    const uint64_t column = reader.varint();
    const Kind kind = reader.u8();
    if (column >= group.kinds.size() || !is_kind(kind)) return false;
    group.kinds[column] = kind;
  }
  return true;
}

bool LogReplay::read_piece(io::ByteReader& reader, LogGroup& group, size_t segment) {
  const uint8_t bytes = reader.u8();
  uint64_t changed = 0;
  for (unsigned byte = 0; byte < 8; ++byte) {
    if (((bytes >> byte) & 1) != 0) changed |= static_cast<uint64_t>(reader.u8()) << (byte * 8);
  }
  for (; changed != 0; changed &= changed - 1) {
    const size_t column = segment * kSegmentColumns + static_cast<size_t>(std::countr_zero(changed));
    if (column >= group.last.size()) return false;
    const uint64_t delta = reader.varint();
    double& last = group.last[column];
    const Kind kind = group.kinds[column];
    if (kind == kKindRaw) {
      last = std::bit_cast<double>(std::bit_cast<uint64_t>(last) ^ delta);
      continue;
    }
    int64_t before = 0;
    if (!try_scale(kind, last, before)) return false;
    last = to_double(kind, static_cast<int64_t>(static_cast<uint64_t>(before) +
                                                static_cast<uint64_t>(io::unzigzag(delta))));
  }
  return !reader.failed();
}

void LogReplay::read_row(io::ByteReader& reader) {
  LogGroup* group = find_group(reader.varint());
  const uint8_t flags = reader.u8();
  const uint16_t sequence = reader.u16();
  const int64_t delta_of_delta_ms = reader.signed_varint();
  const bool follows = group != nullptr && group->is_synced && !reader.failed() &&
                       sequence == static_cast<uint16_t>(group->sequence + 1);
  if (!follows) {
    if (group != nullptr) group->is_synced = false;
    ++counts_.rows_dropped;
    return;
  }
  group->sequence = sequence;
  group->delta_ms =
      static_cast<int64_t>(static_cast<uint64_t>(group->delta_ms) + static_cast<uint64_t>(delta_of_delta_ms));
  group->time_ms =
      static_cast<int64_t>(static_cast<uint64_t>(group->time_ms) + static_cast<uint64_t>(group->delta_ms));
  bool is_good = read_changes(reader, *group, flags);
  for (size_t segment = 0; segment < group->known.size() && is_good; ++segment) {
    is_good = read_piece(reader, *group, segment);
  }
  group->is_synced = is_good && !reader.failed();
  if (group->is_synced) {
    give_to_head(*group);
  } else {
    ++counts_.rows_dropped;
  }
}

void LogReplay::read_loose_row(io::ByteReader& reader) {
  const LogGroup* group = find_group(reader.varint());
  const auto shape = shapes_.find(reader.varint());
  const int64_t time_ms = reader.signed_varint();
  if (group == nullptr || shape == shapes_.end()) {
    ++counts_.rows_dropped;
    return;
  }
  const size_t column_count = shape->second->columns.size();
  std::vector<uint64_t> absent(segments_for(column_count));
  for (uint64_t& word : absent) word = reader.u64();
  std::vector<double> values(column_count);
  for (double& value : values) value = std::bit_cast<double>(reader.u64());
  if (reader.failed()) {
    ++counts_.rows_dropped;
    return;
  }
  ++counts_.rows;
  counts_.time_max_ms = std::max(counts_.time_max_ms, time_ms);
  // The row of the empty shape ends every series (Head::wait).
  head_.append_replayed(group->id, column_count == 0 ? nullptr : shape->second, {time_ms, values, absent});
}

void LogReplay::give_to_head(const LogGroup& group) {
  ++counts_.rows;
  counts_.time_max_ms = std::max(counts_.time_max_ms, group.time_ms);
  head_.append_replayed(group.id, group.shape, {group.time_ms, group.last, group.absent});
}

}  // namespace sonde::tsdb
