#include "scraper/tsdb/log_writer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "common/io/byte_writer.h"

namespace sonde::tsdb {

void LogWriter::begin_segment() {
  current_ = {next_number_.fetch_add(1), INT64_MIN, 0};
  declared_symbols_.clear();
  declared_sets_.clear();
  declared_shapes_.clear();
  std::string header;
  append_log_header(header, {kLogVersion, current_.number});
  position_ = header.size();
  pending_bytes_ += header.size();
  pending_.push_back({current_.number, std::move(header)});
}

void LogWriter::end_segment() {
  if (current_.number == 0) return;
  close_batch();
  current_.size_bytes = position_;
  finished_.push_back(current_);
  current_ = {};
}

void LogWriter::ensure_segment(int64_t time_ms) {
  if (current_.number != 0 && position_ >= segment_bytes_max_) end_segment();
  if (current_.number == 0) begin_segment();
  current_.time_max_ms = std::max(current_.time_max_ms, time_ms);
}

void LogWriter::add_entry(EntryKind kind, std::string_view body) {
  io::append_varint(batch_, body.size());
  io::append_u8(batch_, static_cast<uint8_t>(kind));
  batch_ += body;
  if (batch_.size() >= kLogBatchBytes) close_batch();
}

void LogWriter::close_batch() {
  if (batch_.empty()) return;
  Pending& pending = pending_.empty() ? pending_.emplace_back(Pending{current_.number, {}}) : pending_.back();
  const size_t before = pending.bytes.size();
  append_batch(pending.bytes, position_, batch_);
  pending_bytes_ += pending.bytes.size() - before;
  batch_.clear();
}

void LogWriter::Declared::clear() {
  entries_.clear();
  count_ = 0;
}

std::pair<uint32_t, bool> LogWriter::Declared::number_of(uint32_t id, uint32_t version) {
  if (id >= entries_.size()) entries_.resize(std::max<size_t>(size_t{id} + 1, entries_.size() * 2));
  Entry& entry = entries_[id];
  if (entry.version == version) return {entry.number, false};
  entry = {version, count_++};
  return {entry.number, true};
}

uint32_t LogWriter::declare_symbol(SymbolId id) {
  const auto [number, is_new] = declared_symbols_.number_of(id, symbols_.symbol_version(id));
  if (!is_new) return number;
  std::string body;
  io::append_varint(body, number);
  body += symbols_.text(id);
  add_entry(EntryKind::Symbol, body);
  return number;
}

uint32_t LogWriter::declare_label_set(LabelSetId id) {
  const auto [number, is_new] = declared_sets_.number_of(id, symbols_.label_set_version(id));
  if (!is_new) return number;
  std::string body;
  io::append_varint(body, number);
  for (const LabelRef& label : symbols_.label_set(id)) {
    io::append_varint(body, declare_symbol(label.name));
    io::append_varint(body, declare_symbol(label.value));
  }
  add_entry(EntryKind::LabelSet, body);
  return number;
}

uint64_t LogWriter::declare_shape(const Shape& shape) {
  const auto [at, is_new] = declared_shapes_.try_emplace(shape.serial, declared_shapes_.size());
  const uint64_t number = at->second;
  if (!is_new) return number;
  std::string body;
  io::append_varint(body, number);
  for (const LabelSetId column : shape.columns) io::append_varint(body, declare_label_set(column));
  add_entry(EntryKind::Shape, body);
  return number;
}

void LogWriter::declare_group(const GroupHead& head, GroupLogState& state) {
  if (state.segment == current_.number) return;
  const uint32_t labels = declare_label_set(head.identity().labels);
  std::string body;
  io::append_varint(body, head.identity().id);
  io::append_u8(body, head.identity().absence_is_stale ? kGroupAbsenceIsStale : 0);
  io::append_varint(body, labels);
  add_entry(EntryKind::Group, body);
  state.segment = current_.number;
}

void LogWriter::add_key_row(const GroupHead& head, GroupLogState& state) {
  const uint64_t shape = declare_shape(*head.layout());
  std::string& body = entry_;
  body.clear();
  io::append_varint(body, head.identity().id);
  io::append_varint(body, shape);
  io::append_u8(body, head.tail_row_count() == 1 ? kKeyRowBeginsTail : 0);
  io::append_u16(body, state.sequence);
  io::append_signed_varint(body, state.time_ms);
  io::append_signed_varint(body, state.delta_ms);
  for (size_t segment = 0; segment < head.segment_count(); ++segment) {
    io::append_u64(body, head.known_word(segment));
    io::append_u64(body, head.present_word(segment));
    io::append_u64(body, head.changed_word(segment));
  }
  for (size_t column = 0; column < head.column_count(); ++column) {
    if (((head.known_word(column / kSegmentColumns) >> (column % kSegmentColumns)) & 1) == 0) continue;
    const Kind kind = head.kind(column);
    const int64_t scaled = to_scaled(kind, head.last_value(column));
    io::append_u8(body, kind);
    if (kind == kKindRaw) {
      io::append_i64(body, scaled);
    } else {
      io::append_signed_varint(body, scaled);
    }
  }
  add_entry(EntryKind::KeyRow, body);
  state.key_segment = current_.number;
  state.layout = head.layout()->serial;
}

void LogWriter::add_row(const GroupHead& head, GroupLogState& state, const EncodedRow& row, int64_t time_ms) {
  ensure_segment(time_ms);
  const int64_t delta_ms = time_ms - state.time_ms;
  const int64_t delta_of_delta_ms = delta_ms - state.delta_ms;
  ++state.sequence;
  state.time_ms = time_ms;
  state.delta_ms = delta_ms;
  declare_group(head, state);
  // After a seal (the tail has its first row), in a new file, or with columns that are new.
  if (head.tail_row_count() == 1 || row.introduces || state.key_segment != current_.number ||
      state.layout != head.layout()->serial) {
    add_key_row(head, state);
    return;
  }
  std::string& body = entry_;
  body.clear();
  io::append_varint(body, head.identity().id);
  const bool has_kind_changes = !row.kind_changes.empty();
  io::append_u8(body, static_cast<uint8_t>((row.any_toggle ? kRowHasToggles : 0) |
                                           (has_kind_changes ? kRowHasKindChanges : 0)));
  io::append_u16(body, state.sequence);
  io::append_signed_varint(body, delta_of_delta_ms);
  if (row.any_toggle) {
    for (const uint64_t toggled : row.toggles) io::append_u64(body, toggled);
  }
  if (has_kind_changes) {
    io::append_varint(body, row.kind_changes.size());
    for (const KindChange& change : row.kind_changes) {
      io::append_varint(body, change.column);
      io::append_u8(body, change.kind);
    }
  }
  body.append(reinterpret_cast<const char*>(row.pieces.data()), row.piece_bytes);
  add_entry(EntryKind::Row, body);
}

void LogWriter::add_loose_row(const GroupHead& head, GroupLogState& state, const Shape& shape,
                              const storage::Row& row) {
  ensure_segment(row.timestamp_ms);
  declare_group(head, state);
  const uint64_t shape_id = declare_shape(shape);
  std::string& body = entry_;
  body.clear();
  io::append_varint(body, head.identity().id);
  io::append_varint(body, shape_id);
  io::append_signed_varint(body, row.timestamp_ms);
  const size_t words = (shape.columns.size() + kSegmentColumns - 1) / kSegmentColumns;
  for (size_t word = 0; word < words; ++word) io::append_u64(body, row.absent.empty() ? 0 : row.absent[word]);
  for (const double value : row.values) io::append_fixed(body, value);
  add_entry(EntryKind::LooseRow, body);
}

std::vector<LogSegment> LogWriter::take_segments_before(int64_t time_ms) {
  std::vector<LogSegment> taken;
  std::erase_if(finished_, [&](const LogSegment& segment) {
    if (segment.time_max_ms >= time_ms) return false;
    taken.push_back(segment);
    return true;
  });
  return taken;
}

uint64_t LogWriter::log_bytes() const {
  uint64_t bytes = current_.number == 0 ? 0 : position_;
  for (const LogSegment& segment : finished_) bytes += segment.size_bytes;
  return bytes;
}

Status LogWriter::write_pending(Pending& pending) {
  if (file_ == nullptr || file_number_ != pending.number) {
    auto file = files_.open_append(names_.log(pending.number));
    if (!file) return file.error();
    if (file_ != nullptr) ended_.push_back(std::move(file_));
    has_new_file_ = true;
    file_ = *std::move(file);
    file_number_ = pending.number;
  }
  const uint64_t before = file_->size();
  auto written = file_->append(io::as_bytes(pending.bytes));
  const uint64_t done = file_->size() - before;
  bytes_written_.fetch_add(done, std::memory_order_relaxed);
  if (!written) pending.bytes.erase(0, done);
  return written;
}

Status LogWriter::write(Mutex& shard_mutex) {
  const MutexLock io_lock(io_mutex_);
  {
    const MutexLock lock(shard_mutex);
    close_batch();
    for (Pending& pending : pending_) writing_.push_back(std::move(pending));
    pending_.clear();
    pending_bytes_ = 0;
  }
  while (!writing_.empty()) {
    if (auto written = write_pending(writing_.front()); !written) {
      failing_.store(true, std::memory_order_relaxed);
      return written;
    }
    writing_.pop_front();
  }
  failing_.store(false, std::memory_order_relaxed);
  return Ok{};
}

Status LogWriter::sync() {
  std::vector<std::shared_ptr<io::WritableFile>> ended;
  std::shared_ptr<io::WritableFile> current;
  bool has_new_file = false;
  {
    const MutexLock lock(io_mutex_);
    ended = std::exchange(ended_, {});
    current = file_;
    has_new_file = std::exchange(has_new_file_, false);
  }
  const auto sync_all = [&]() -> Status {
    for (const auto& file : ended) {
      if (auto synced = file->sync(); !synced) return synced;
    }
    if (current != nullptr) {
      if (auto synced = current->sync(); !synced) return synced;
    }
    return has_new_file ? files_.sync_directory(names_.logs()) : Ok{};
  };
  auto done = sync_all();
  if (!done) {  // All of it is still to be done.
    const MutexLock lock(io_mutex_);
    ended_.insert(ended_.begin(), ended.begin(), ended.end());
    has_new_file_ |= has_new_file;
  }
  return done;
}

}  // namespace sonde::tsdb
