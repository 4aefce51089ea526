#include "scraper/tsdb/replay.h"

#include <utility>

#include "scraper/tsdb/log_reader.h"

namespace sonde::tsdb {
namespace {

constexpr size_t kLoadBytes = 256 * 1024;

}  // namespace

LogReplay::LogReplay(Head& head) : head_(head), shards_(head.shard_count(), RowReplay(head)) {
  for (Load& load : loads_) load.rows.resize(shards_.size());
}

LogReplay::~LogReplay() {
  {
    const std::lock_guard guard(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  forget_file();
}

// ---- the reader

void LogReplay::forget_file() {
  symbols_.clear();
  label_sets_.clear();
  shapes_.clear();
  groups_.clear();
  head_.symbols().release(referred_sets_);
  referred_sets_.clear();
}

Result<ReplayCounts> LogReplay::read_file(const io::ReadableFile& file) {
  counts_ = {};
  forget_file();
  LogReader reader(file);
  if (auto header = reader.read_header(); !header) return header.error();
  Result<bool> got = true;
  std::string batch;
  while (true) {
    got = reader.next(batch);
    if (!got || !*got) break;
    if (reader.lost_bytes() >= kLogSequenceSafeBytes) {
      finish_rows();
      for (auto& [id, group] : groups_) group.is_synced = group.is_followed = false;
    }
    add_batch(batch);
    if (filling_->size_bytes >= kLoadBytes) hand_over();
  }
  finish_rows();
  for (RowReplay& shard : shards_) counts_.add(shard.take_counts());
  counts_.damages = reader.damage_count();
  if (!got) return got.error();
  return counts_;
}

void LogReplay::read_batch(std::string_view bytes) {
  std::string batch(bytes);
  add_batch(batch);
  finish_rows();
  for (RowReplay& shard : shards_) counts_.add(shard.take_counts());
}

void LogReplay::add_batch(std::string& bytes) {
  if (filling_->batch_count == filling_->batches.size()) filling_->batches.emplace_back();
  std::string& batch = filling_->batches[filling_->batch_count++];
  batch.swap(bytes);
  const size_t size_bytes = batch.size();
  batch.append(kPieceBytesMax, '\0');  // what pieces may be read past their end
  filling_->size_bytes += size_bytes;
  io::ByteReader reader({io::as_bytes(batch).data(), size_bytes});
  while (!reader.at_end()) {
    const uint64_t length = reader.varint();
    const auto kind = static_cast<EntryKind>(reader.u8());
    if (length > reader.left()) return;
    read_entry(kind, reader.bytes(static_cast<size_t>(length)));
  }
}

void LogReplay::read_entry(EntryKind kind, std::span<const std::byte> body) {
  io::ByteReader reader(body);
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
    case EntryKind::Row:
    case EntryKind::LooseRow:
      return add_row(kind, reader);
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
  if (reader.failed()) return;
  referred_sets_.push_back(head_.symbols().intern(Labels(std::move(labels))));
  label_sets_[id] = referred_sets_.back();
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
  const auto [group, is_new] = groups_.try_emplace(id);
  if (!is_new) return;  // Its shard's thread has it.
  group->second.id = head_.find_group(set->second, {.absence_is_stale = (flags & kGroupAbsenceIsStale) != 0});
}

void LogReplay::add_row(EntryKind kind, io::ByteReader& reader) {
  const auto group = groups_.find(reader.varint());
  if (group == groups_.end()) {
    ++counts_.rows_dropped;
    return;
  }
  LogRow row{&group->second, kind, nullptr, {}};
  if (kind != EntryKind::Row) {
    const auto shape = shapes_.find(reader.varint());
    if (shape != shapes_.end()) row.shape = shape->second;
  }
  row.body = {reader.position(), reader.left()};
  filling_->rows[head_.shard_index(row.group->id)].push_back(std::move(row));
}

// ---- the shards' threads

void LogReplay::hand_over() {
  wait_for_rows();
  if (threads_.empty()) {
    for (size_t shard = 0; shard < shards_.size(); ++shard) {
      threads_.emplace_back([this, shard] { run_shard(shard); });
    }
  }
  {
    const std::lock_guard guard(mutex_);
    handed_over_ = filling_;
    busy_count_ = shards_.size();
    ++load_number_;
  }
  changed_.notify_all();
  filling_ = filling_ == loads_.data() ? loads_.data() + 1 : loads_.data();
  filling_->clear();
}

void LogReplay::finish_rows() {
  wait_for_rows();
  // What is left is less than a load.
  for (size_t shard = 0; shard < shards_.size(); ++shard) {
    for (const LogRow& row : filling_->rows[shard]) shards_[shard].read(row);
  }
  filling_->clear();
}

void LogReplay::Load::clear() {
  for (auto& of_shard : rows) of_shard.clear();
  batch_count = 0;
  size_bytes = 0;
}

void LogReplay::wait_for_rows() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [this] { return busy_count_ == 0; });
}

void LogReplay::run_shard(size_t shard) {
  uint64_t done_number = 0;
  while (true) {
    Load* load = nullptr;
    {
      std::unique_lock guard(mutex_);
      changed_.wait(guard, [&] { return is_stopping_ || load_number_ > done_number; });
      if (load_number_ == done_number) return;
      load = handed_over_;
      done_number = load_number_;
    }
    for (const LogRow& row : load->rows[shard]) shards_[shard].read(row);
    const std::lock_guard guard(mutex_);
    if (--busy_count_ == 0) changed_.notify_all();
  }
}

}  // namespace sonde::tsdb
