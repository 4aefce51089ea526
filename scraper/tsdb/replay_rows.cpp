#include "scraper/tsdb/replay_rows.h"

#include <algorithm>
#include <bit>
#include <utility>

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

bool bit_of(const std::vector<uint64_t>& words, size_t column) {
  return ((words[column / kSegmentColumns] >> (column % kSegmentColumns)) & 1) != 0;
}

bool same_bits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

// Whether the head's group is where the log's writer was after this row.
bool has_state(const GroupHead& head, const LogGroup& group) {
  if (head.layout() != group.shape || head.last_time_ms() != group.time_ms || head.tail_row_count() == 0) {
    return false;
  }
  const LogRowState& state = group.state;
  for (size_t segment = 0; segment < head.segment_count(); ++segment) {
    const bool is_same =
        head.known_word(segment) == state.known[segment] &&
        (head.present_word(segment) & state.absent[segment]) == 0 &&
        (head.known_word(segment) & ~head.present_word(segment) & ~state.absent[segment]) == 0 &&
        head.changed_word(segment) == state.changed[segment];
    if (!is_same) return false;
  }
  for (size_t column = 0; column < head.column_count(); ++column) {
    if (!bit_of(state.known, column)) continue;
    if (head.kind(column) != state.kinds[column]) return false;
    if (!same_bits(head.last_value(column), state.last[column])) return false;
  }
  return true;
}

// The state of a group that was followed.
void load_state(const GroupHead& head, LogRowState& state) {
  const size_t columns = head.column_count();
  state.last.resize(columns);
  state.kinds.resize(columns);
  for (size_t column = 0; column < columns; ++column) {
    state.last[column] = head.last_value(column);
    state.kinds[column] = head.kind(column);
  }
  const size_t segments = head.segment_count();
  for (auto* words : {&state.known, &state.absent, &state.changed}) words->resize(segments);
  for (size_t segment = 0; segment < segments; ++segment) {
    state.known[segment] = head.known_word(segment);
    state.absent[segment] = ~head.present_word(segment);
    state.changed[segment] = head.changed_word(segment);
  }
}

}  // namespace

void ReplayCounts::add(const ReplayCounts& other) {
  rows += other.rows;
  rows_dropped += other.rows_dropped;
  damages += other.damages;
  time_max_ms = std::max(time_max_ms, other.time_max_ms);
}

void RowReplay::read(const LogRow& row) {
  if (row.kind != EntryKind::Row && row.shape == nullptr) return drop_row(*row.group);
  io::ByteReader reader(row.body);
  switch (row.kind) {
    case EntryKind::KeyRow:
      return read_key_row(*row.group, row.shape, reader);
    case EntryKind::LooseRow:
      return read_loose_row(*row.group, row.shape, reader);
    default:
      return read_row(*row.group, reader);
  }
}

void RowReplay::drop_row(LogGroup& group) {
  group.is_synced = false;
  group.is_followed = false;
  ++counts_.rows_dropped;
}

void RowReplay::note_row(int64_t time_ms) {
  ++counts_.rows;
  counts_.time_max_ms = std::max(counts_.time_max_ms, time_ms);
}

void RowReplay::read_key_row(LogGroup& group, const ShapePtr& shape, io::ByteReader& reader) {
  const uint8_t flags = reader.u8();
  group.shape = shape;
  const size_t column_count = shape->columns.size();
  const size_t segment_count = segments_for(column_count);
  LogRowState& state = group.state;
  group.sequence = reader.u16();
  group.time_ms = reader.signed_varint();
  group.delta_ms = reader.signed_varint();
  for (auto* words : {&state.known, &state.absent, &state.changed}) words->resize(segment_count);
  for (size_t segment = 0; segment < segment_count; ++segment) {
    state.known[segment] = reader.u64();
    state.absent[segment] = ~reader.u64();
    state.changed[segment] = reader.u64();
  }
  state.last.assign(column_count, 0.0);
  state.kinds.assign(column_count, 0);
  bool is_good = segment_count == 0 || !has_stray_bits(state.known, column_count);
  for (size_t column = 0; column < column_count && is_good; ++column) {
    if (!bit_of(state.known, column)) continue;
    const Kind kind = reader.u8();
    is_good = is_kind(kind);
    if (!is_good) break;
    const int64_t scaled = kind == kKindRaw ? reader.i64() : reader.signed_varint();
    state.kinds[column] = kind;
    state.last[column] = to_double(kind, scaled);
    int64_t again = 0;
    is_good = try_scale(kind, state.last[column], again);
  }
  if (!is_good || reader.failed()) return drop_row(group);
  group.is_synced = true;
  if ((flags & kKeyRowBeginsTail) != 0) head_.seal_replayed(group.id);
  give_to_head(group);
}

bool RowReplay::read_changes(LogGroup& group, uint8_t flags, io::ByteReader& reader) {
  LogRowState& state = group.state;
  if ((flags & kRowHasToggles) != 0) {
    for (uint64_t& word : state.absent) word ^= reader.u64();
  }
  if ((flags & kRowHasKindChanges) == 0) return true;
  const uint64_t count = reader.varint();
  for (uint64_t i = 0; i < count && !reader.failed(); ++i) {
    const uint64_t column = reader.varint();
    const Kind kind = reader.u8();
    if (column >= state.kinds.size() || !is_kind(kind)) return false;
    state.kinds[column] = kind;
  }
  return true;
}

bool RowReplay::read_piece(LogGroup& group, size_t segment, io::ByteReader& reader) {
  LogRowState& state = group.state;
  const uint8_t bytes = reader.u8();
  uint64_t changed = state.changed[segment];
  for (unsigned byte = 0; byte < 8; ++byte) {
    if (((bytes >> byte) & 1) != 0) changed ^= static_cast<uint64_t>(reader.u8()) << (byte * 8);
  }
  state.changed[segment] = changed;
  for (; changed != 0; changed &= changed - 1) {
    const size_t column = segment * kSegmentColumns + static_cast<size_t>(std::countr_zero(changed));
    if (column >= state.last.size()) return false;
    const uint64_t delta = reader.varint();
    double& last = state.last[column];
    const Kind kind = state.kinds[column];
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

void RowReplay::read_row(LogGroup& group, io::ByteReader& reader) {
  const uint8_t flags = reader.u8();
  const uint16_t sequence = reader.u16();
  const int64_t delta_of_delta_ms = reader.signed_varint();
  if (!group.is_synced || reader.failed() || sequence != static_cast<uint16_t>(group.sequence + 1)) {
    return drop_row(group);
  }
  group.sequence = sequence;
  group.delta_ms =
      static_cast<int64_t>(static_cast<uint64_t>(group.delta_ms) + static_cast<uint64_t>(delta_of_delta_ms));
  group.time_ms =
      static_cast<int64_t>(static_cast<uint64_t>(group.time_ms) + static_cast<uint64_t>(group.delta_ms));
  if (group.is_followed) {
    const std::span pieces(reinterpret_cast<const uint8_t*>(reader.position()), reader.left());
    if (flags == 0 && head_.append_replayed_pieces(group.id, group.time_ms, pieces, pieces_)) {
      return note_row(group.time_ms);
    }
    load_state(head_.replayed_group(group.id), group.state);
    group.is_followed = false;
  }
  bool is_good = read_changes(group, flags, reader);
  for (size_t segment = 0; segment < group.state.known.size() && is_good; ++segment) {
    is_good = read_piece(group, segment, reader);
  }
  if (!is_good || reader.failed()) return drop_row(group);
  give_to_head(group);
}

void RowReplay::read_loose_row(LogGroup& group, const ShapePtr& shape, io::ByteReader& reader) {
  // The head goes on without the log's state; its writer's next row was a key row.
  group.is_synced = false;
  group.is_followed = false;
  const int64_t time_ms = reader.signed_varint();
  const size_t column_count = shape->columns.size();
  std::vector<uint64_t> absent(segments_for(column_count));
  for (uint64_t& word : absent) word = reader.u64();
  std::vector<double> values(column_count);
  for (double& value : values) value = std::bit_cast<double>(reader.u64());
  if (reader.failed()) return drop_row(group);
  note_row(time_ms);
  // The row of the empty shape ends every series (Head::wait).
  head_.append_replayed(group.id, column_count == 0 ? nullptr : shape, {time_ms, values, absent});
}

void RowReplay::give_to_head(LogGroup& group) {
  note_row(group.time_ms);
  const LogRowState& state = group.state;
  const storage::Row row{group.time_ms, state.last, state.absent};
  const bool is_stored = head_.append_replayed(group.id, group.shape, row) == storage::AppendOutcome::Stored;
  GroupHead& head = head_.replayed_group(group.id);
  if (is_stored && head.tail_row_count() == 1 && head.layout() == group.shape) {
    head.adopt(state.kinds.data(), state.known.data(), state.last.data());
  }
  group.is_followed = is_stored && has_state(head, group);
  if (group.is_followed) group.state = {};
}

}  // namespace sonde::tsdb
