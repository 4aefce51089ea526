#include "scraper/tsdb/head.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <optional>
#include <utility>

#include "common/core/check.h"
#include "scraper/tsdb/head_stretch.h"

namespace sonde::tsdb {

using storage::AppendOutcome;

namespace {

constexpr size_t kWideColumns = 64;
constexpr size_t kNarrowColumns = 8;
constexpr size_t kLogWriteBytes = 64 * 1024;
// A group whose layout has this many columns more than twice its rows' begins anew, so that ended series cost
// nothing.
constexpr size_t kDeadColumnsSlack = 64;

bool is_absent(std::span<const uint64_t> absent, size_t column) {
  return !absent.empty() && ((absent[column / 64] >> (column % 64)) & 1) != 0;
}

}  // namespace

Head::Head(HeadOptions options, io::FileSystem& files, FileNames names)
    : options_(options), files_(files), names_(std::move(names)), shards_(make_shards()) {}

std::vector<std::unique_ptr<Head::Shard>> Head::make_shards() {
  std::vector<std::unique_ptr<Shard>> shards;
  for (size_t i = 0; i < std::max<size_t>(1, options_.shard_count); ++i) {
    shards.push_back(std::make_unique<Shard>(symbols_, files_, names_, next_log_number_, next_head_number_,
                                             options_.log_segment_bytes));
  }
  return shards;
}

Head::~Head() {
  for (size_t i = 0; i < groups_.size(); ++i) delete group_at(i);
}

TailPool& Head::pool_for(Shard& shard, size_t columns) {
  if (columns >= kWideColumns) return shard.wide;
  return columns >= kNarrowColumns ? shard.narrow : shard.tiny;
}

uint64_t Head::group_key(LabelSetId labels, storage::GroupOptions options) {
  return uint64_t{labels} << 1 | (options.absence_is_stale ? 1 : 0);
}

storage::GroupId Head::open_group(const Labels& labels, storage::GroupOptions options) {
  const LabelSetId set = symbols_.intern(labels);
  uint32_t id = 0;
  {
    const MutexLock lock(groups_mutex_);
    id = place_group(set, options);
    ++group_at(id)->open_count;
  }
  symbols_.release(std::span(&set, 1));  // The group has its own reference.
  return storage::GroupId{id};
}

void Head::close_group(storage::GroupId id) {
  const MutexLock lock(groups_mutex_);
  check(group(id).open_count > 0, "a group is closed as often as it was opened");
  --group(id).open_count;
}

storage::GroupId Head::find_group(LabelSetId labels, storage::GroupOptions options) {
  const MutexLock lock(groups_mutex_);
  return storage::GroupId{place_group(labels, options)};
}

uint32_t Head::place_group(LabelSetId set, storage::GroupOptions options) {
  const uint64_t key = group_key(set, options);
  if (const auto known = group_ids_.find(key); known != group_ids_.end()) return known->second;
  const bool reuses = !free_ids_.empty();
  const uint32_t id = reuses ? free_ids_.back() : static_cast<uint32_t>(groups_.size());
  GroupHead::Identity identity;
  identity.id = next_group_serial_++;
  identity.labels = set;
  identity.labels_hash = symbols_.label_set_hash(set);
  identity.shard = static_cast<uint32_t>(id % shards_.size());
  identity.absence_is_stale = options.absence_is_stale;
  symbols_.add_references(std::span(&set, 1));
  Group* const made = std::make_unique<Group>(identity).release();
  if (reuses) {
    free_ids_.pop_back();
    groups_[id].store(made, std::memory_order_release);
  } else {
    groups_.append(made);
  }
  group_ids_.emplace(key, id);
  return id;
}

// ---- appending

AppendOutcome Head::append(storage::GroupId id, const storage::ShapePtr& given, const storage::Row& row) {
  Group& target = group(id);
  Shard& shard = shard_of(target);
  const auto* shape = static_cast<const Shape*>(given.get());
  check(row.values.size() == shape->columns.size(), "a row has a value for each column of its shape");
  AppendOutcome outcome;
  {
    const MutexLock lock(shard.mutex);
    outcome = append_locked(shard, target, shape, row, Source::Live);
  }
  flush_if_large(target.head.identity().shard);
  return outcome;
}

AppendOutcome Head::append_stale(storage::GroupId id, int64_t timestamp_ms) {
  Group& target = group(id);
  Shard& shard = shard_of(target);
  const MutexLock lock(shard.mutex);
  return append_locked(shard, target, nullptr, {.timestamp_ms = timestamp_ms, .values = {}, .absent = {}},
                       Source::Live);
}

AppendOutcome Head::append_replayed(storage::GroupId id, const ShapePtr& shape, const storage::Row& row) {
  Group& target = group(id);
  Shard& shard = shard_of(target);
  const MutexLock lock(shard.mutex);
  return append_locked(shard, target, shape.get(), row, Source::Replayed);
}

bool Head::append_replayed_pieces(storage::GroupId id, int64_t time_ms, std::span<const uint8_t> pieces,
                                  DecodedPieces& scratch) {
  Group& target = group(id);
  Shard& shard = shard_of(target);
  const MutexLock lock(shard.mutex);
  GroupHead& head = target.head;
  if (time_ms <= head.last_time_ms() || time_ms < append_start_ms_.load(std::memory_order_relaxed))
    return false;
  if (head.tail_row_count() == 0 || head.must_seal(time_ms, kRowsPerSeal)) return false;
  return head.append_pieces(time_ms, pieces, scratch, pool_for(shard, head.column_count()));
}

void Head::seal_replayed(storage::GroupId id) {
  Group& target = group(id);
  Shard& shard = shard_of(target);
  const MutexLock lock(shard.mutex);
  seal(shard, target);
}

bool Head::repeats_last_row(const Group& target, const Shape* shape, const storage::Row& row) const {
  const GroupHead& head = target.head;
  size_t present = 0;
  if (shape != nullptr) {
    if (shape != target.row_shape.get()) return false;
    for (size_t i = 0; i < row.values.size(); ++i) {
      const size_t column = target.map->is_identity ? i : target.map->positions[i];
      const bool was_present = ((head.present_word(column / 64) >> (column % 64)) & 1) != 0;
      if (was_present == is_absent(row.absent, i)) return false;
      if (!was_present) continue;
      ++present;
      if (std::bit_cast<uint64_t>(row.values[i]) != std::bit_cast<uint64_t>(head.last_value(column)))
        return false;
    }
  }
  size_t was_present = 0;
  for (size_t segment = 0; segment < head.segment_count(); ++segment) {
    was_present += static_cast<size_t>(std::popcount(head.present_word(segment)));
  }
  return present == was_present;
}

std::optional<AppendOutcome> Head::refuse(const Shard& shard, const Group& target, const Shape* shape,
                                          const storage::Row& row, Source source) {
  const bool is_live = source == Source::Live;
  if (is_live && (stopped_.load(std::memory_order_relaxed) || shard.log.failing())) {
    counters_.rows_refused.fetch_add(1, std::memory_order_relaxed);
    return AppendOutcome::Refused;
  }
  if (row.timestamp_ms < append_start_ms_.load(std::memory_order_relaxed)) {
    if (is_live) counters_.rows_out_of_bounds.fetch_add(1, std::memory_order_relaxed);
    return AppendOutcome::OutOfBounds;
  }
  const GroupHead& head = target.head;
  if (!target.waiting.empty() && is_live) {
    // Against the newest waiting row; against the log's rows when it joins them.
    if (row.timestamp_ms > target.waiting.back().time_ms) return std::nullopt;
    return row.timestamp_ms < target.waiting.back().time_ms ? AppendOutcome::OutOfOrder
                                                            : AppendOutcome::Duplicate;
  }
  if (!head.has_rows() || row.timestamp_ms > head.last_time_ms()) return std::nullopt;
  if (row.timestamp_ms < head.last_time_ms()) {
    if (is_live) counters_.rows_out_of_order.fetch_add(1, std::memory_order_relaxed);
    return AppendOutcome::OutOfOrder;
  }
  if (repeats_last_row(target, shape, row)) return AppendOutcome::Stored;
  if (is_live) counters_.rows_duplicate.fetch_add(1, std::memory_order_relaxed);
  return AppendOutcome::Duplicate;
}

void Head::wait(Shard& shard, Group& target, const Shape* shape, const storage::Row& row) {
  // An end of all series is logged as a row without columns of the empty shape.
  shard.log.add_loose_row(target.head, target.log, shape != nullptr ? *shape : *no_columns_, row);
  target.waiting.push_back({shape != nullptr ? shape->shared_from_this() : nullptr,
                            row.timestamp_ms,
                            {row.values.begin(), row.values.end()},
                            {row.absent.begin(), row.absent.end()}});
}

AppendOutcome Head::append_locked(Shard& shard, Group& target, const Shape* shape, const storage::Row& row,
                                  Source source) {
  if (source == Source::Live && !target.waiting.empty() && !replaying_.load()) join_waiting(shard, target);
  if (const auto outcome = refuse(shard, target, shape, row, source)) return *outcome;
  if (source == Source::Live && replaying_.load()) {
    wait(shard, target, shape, row);
    return AppendOutcome::Stored;
  }
  GroupHead& head = target.head;
  if (shape == nullptr && !head.has_rows()) return AppendOutcome::Stored;  // Nothing to end.
  // The log says where the tails of replayed rows began.
  const size_t row_limit = source == Source::Replayed ? kRowsPerSeal : head.rows_until_seal();
  if (head.must_seal(row.timestamp_ms, row_limit)) seal(shard, target);
  if (shape != nullptr && shape != target.row_shape.get()) use_shape(shard, target, *shape);

  const size_t column_count = head.column_count();
  const double* values = row.values.data();
  const uint64_t* absent = row.absent.empty() ? nullptr : row.absent.data();
  if (shape == nullptr || !target.map->is_identity || column_count != row.values.size()) {
    shard.values.resize(column_count);
    shard.absent.assign(head.segment_count(), ~0ULL);
    for (size_t i = 0; i < row.values.size(); ++i) {
      if (is_absent(row.absent, i)) continue;
      const size_t column = target.map->is_identity ? i : target.map->positions[i];
      shard.values[column] = row.values[i];
      shard.absent[column / 64] &= ~(1ULL << (column % 64));
    }
    values = shard.values.data();
    absent = shard.absent.data();
  }
  head.append(row.timestamp_ms, values, absent, shard.encoded, pool_for(shard, column_count));
  if (source == Source::Live) shard.log.add_row(head, target.log, shard.encoded, row.timestamp_ms);
  if (source != Source::Replayed) {
    counters_.samples_appended.fetch_add(row.values.size(), std::memory_order_relaxed);
  }
  return AppendOutcome::Stored;
}

void Head::use_shape(Shard& shard, Group& target, const Shape& shape) {
  GroupHead& head = target.head;
  if (head.layout() == nullptr) {
    head.grow(shape.shared_from_this(), pool_for(shard, shape.columns.size()));
  } else if (head.column_count() > 2 * shape.columns.size() + kDeadColumnsSlack) {
    seal(shard, target);
    head.restart(shape.shared_from_this());
  }
  auto map = std::make_shared<RowMap>();
  target.row_shape = shape.shared_from_this();
  if (head.layout() == target.row_shape) {
    map->is_identity = true;
    target.map = std::move(map);
    return;
  }
  std::vector<LabelSetId> columns = head.layout()->columns;
  std::unordered_map<LabelSetId, uint32_t> position_of;
  for (uint32_t i = 0; i < columns.size(); ++i) position_of.emplace(columns[i], i);
  map->is_identity = true;
  for (const LabelSetId column : shape.columns) {
    const auto [at, is_new] = position_of.try_emplace(column, static_cast<uint32_t>(columns.size()));
    if (is_new) columns.push_back(column);
    map->is_identity &= at->second == map->positions.size();
    map->positions.push_back(at->second);
  }
  target.map = std::move(map);
  if (columns.size() == head.column_count()) return;
  // A tail stays in blocks of its pool's size; when the columns outgrow it, the next one begins with a seal.
  TailPool& pool = pool_for(shard, columns.size());
  if (&pool != &pool_for(shard, head.column_count()) && head.tail_row_count() > 0) seal(shard, target);
  head.grow(shapes_.share(std::move(columns)), pool);
}

void Head::seal(Shard& shard, Group& target) {
  GroupHead& head = target.head;
  if (head.tail_row_count() == 0) return;
  std::vector<SlabRef> slabs;
  for (const auto& built : head.build_slabs(options_.block_range_ms)) {
    slabs.push_back(built.ref(shard.slabs.store(built.bytes, built.time_max_ms)));
  }
  head.publish_seal(std::move(slabs), pool_for(shard, head.column_count()));
}

void Head::join_waiting(Shard& shard, Group& target) {
  for (const WaitingRow& row : std::exchange(target.waiting, {})) {
    append_locked(shard, target, row.shape.get(), {row.time_ms, row.values, row.absent}, Source::Waited);
  }
  target.log.key_segment = 0;  // The log has not followed the head's state.
}

void Head::end_replay() {
  replaying_.store(false);
  const std::shared_lock scan(scan_mutex_);
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (group_at(i) == nullptr) continue;
    Shard& shard = shard_of(*group_at(i));
    const MutexLock lock(shard.mutex);
    join_waiting(shard, *group_at(i));
  }
}

// ---- the log and the files

void Head::flush_if_large(size_t index) {
  Shard& shard = *shards_[index];
  bool is_large;
  {
    const MutexLock lock(shard.mutex);
    is_large = shard.log.pending_bytes() >= kLogWriteBytes;
  }
  // A failure is noticed by failing(); the log thread tries again.
  if (is_large) (void)shard.log.write(shard.mutex);
}

Status Head::write_log(size_t shard) {
  return shards_[shard]->log.write(shards_[shard]->mutex);
}

Status Head::sync_log(size_t shard) {
  return shards_[shard]->log.sync();
}

size_t Head::pending_log_bytes(size_t shard) const {
  const MutexLock lock(shards_[shard]->mutex);
  return shards_[shard]->log.pending_bytes();
}

bool Head::failing() const {
  return std::ranges::any_of(shards_, [](const auto& shard) { return shard->log.failing(); });
}

std::vector<LogSegment> Head::take_log_segments_before(int64_t time_ms) {
  std::vector<LogSegment> taken;
  for (const auto& shard : shards_) {
    const MutexLock lock(shard->mutex);
    const auto some = shard->log.take_segments_before(time_ms);
    taken.insert(taken.end(), some.begin(), some.end());
  }
  return taken;
}

void Head::adopt_log_segment(LogSegment segment) {
  const MutexLock lock(shards_.front()->mutex);
  shards_.front()->log.adopt(segment);
}

uint64_t Head::end_files() {
  const uint64_t end_number = next_log_number_.load();
  for (const auto& shard : shards_) {
    const MutexLock lock(shard->mutex);
    shard->log.end_segment();
    shard->slabs.end_file();
  }
  return end_number;
}

void Head::seal_before(int64_t time_ms) {
  const std::shared_lock scan(scan_mutex_);
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (group_at(i) == nullptr) continue;
    Group& target = *group_at(i);
    Shard& shard = shard_of(target);
    const MutexLock lock(shard.mutex);
    if (target.head.tail_row_count() > 0 && target.head.tail_first_time_ms() < time_ms) seal(shard, target);
  }
}

// What a target that is gone leaves is in blocks now: its columns, and shapes that only it had, are given
// back.
void Head::forget_ended(Group& target) {
  GroupHead& head = target.head;
  if (!head.has_rows() || head.tail_row_count() > 0 || head.slab_count() > 0) return;
  head.forget_columns();
  target.row_shape.reset();
  target.map.reset();
}

// Takes out the groups that nobody has open and that have nothing in the head, and frees those of the time
// before.
void Head::remove_ended() {
  std::vector<LabelSetId> sets;
  {
    const MutexLock lock(groups_mutex_);
    {
      const std::unique_lock scan(scan_mutex_);
      for (const auto& group : ended_groups_) sets.push_back(group->head.identity().labels);
      ended_groups_.clear();
    }
    for (uint32_t id = 0; id < groups_.size(); ++id) {
      Group* const one = group_at(id);
      if (one == nullptr || one->open_count > 0 || one->head.has_rows() || !one->waiting.empty()) continue;
      const GroupHead::Identity& identity = one->head.identity();
      group_ids_.erase(group_key(identity.labels, {.absence_is_stale = identity.absence_is_stale}));
      groups_[id].store(nullptr, std::memory_order_release);
      free_ids_.push_back(id);
      ended_groups_.emplace_back(one);
    }
  }
  symbols_.release(sets);
}

void Head::drop_before(int64_t time_ms) {
  {
    const std::shared_lock scan(scan_mutex_);
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (group_at(i) == nullptr) continue;
      Group& target = *group_at(i);
      const MutexLock lock(shard_of(target).mutex);
      target.head.drop_slabs_before(time_ms);
      forget_ended(target);
    }
  }
  remove_ended();
  for (const auto& shard : shards_) {
    const MutexLock lock(shard->mutex);
    shard->slabs.drop_before(time_ms);
  }
}

// ---- reading

void Head::select(std::span<const Matcher> matchers, storage::TimeRange range, int64_t start_ms,
                  std::vector<FoundStretch>& found) const {
  range.start_ms = std::max(range.start_ms, start_ms);
  if (range.start_ms > range.end_ms) return;
  SeriesFilter filter(matchers, symbols_);
  const size_t group_count = groups_.size();
  const auto ahead = [&](size_t index) -> const GroupHead* {
    const Group* const one = index < group_count ? group_at(index) : nullptr;
    return one != nullptr ? &one->head : nullptr;
  };
  for (size_t i = 0; i < group_count; ++i) {
    if (const GroupHead* one = ahead(i + 12)) one->prefetch_self();
    if (const GroupHead* one = ahead(i + 8)) one->prefetch_slab_list();
    if (const GroupHead* one = ahead(i + 4)) one->prefetch_slabs(range);
    const GroupHead* const found_head = ahead(i);
    if (found_head == nullptr) continue;
    const GroupHead& head = *found_head;
    const auto labels = symbols_.label_set(head.identity().labels);
    const auto open = filter.match_group(labels);
    if (!open) continue;
    GroupHead::View view = head.view(range);
    if (view.part == nullptr) continue;
    for (HeadStretch& stretch : make_head_stretches(head, std::move(view), range)) {
      const ShapeView shape = stretch.layout().view();
      ColumnList columns = filter.match_columns(shape, *open);
      if (columns->empty()) continue;
      FoundStretch& out = found.emplace_back();
      out.symbols = &symbols_;
      out.group_labels = labels;
      out.group_hash = head.identity().labels_hash;
      out.absence_is_stale = head.identity().absence_is_stale;
      out.shape = shape;
      out.columns = std::move(columns);
      out.time_min_ms = stretch.time_min_ms();
      out.time_max_ms = stretch.time_max_ms();
      out.rows = std::make_unique<HeadStretch>(std::move(stretch));
    }
  }
}

Head::Size Head::size() const {
  Size size;
  bool any = false;
  std::shared_lock scan(scan_mutex_);
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (group_at(i) == nullptr) continue;
    const Group& one = *group_at(i);
    const Shard& shard = shard_of(one);
    const MutexLock lock(shard.mutex);
    size.group_memory_bytes += sizeof(Group) - sizeof(GroupHead);
    if (!one.head.has_rows()) continue;
    ++size.groups;
    for (size_t segment = 0; segment < one.head.segment_count(); ++segment) {
      size.series += static_cast<uint64_t>(std::popcount(one.head.present_word(segment)));
    }
    const auto view = one.head.view({INT64_MIN, INT64_MAX});
    size.chunks += view.slabs.size();
    const int64_t first = view.slabs.empty() ? view.time_min_ms : view.slabs.front().time_min_ms;
    size.time_min_ms = any ? std::min(size.time_min_ms, first) : first;
    size.time_max_ms = any ? std::max(size.time_max_ms, view.time_max_ms) : view.time_max_ms;
    size.group_memory_bytes += one.head.memory_bytes();
    any = true;
  }
  scan.unlock();
  for (const auto& shard : shards_) {
    const MutexLock lock(shard->mutex);
    size.tail_memory_bytes +=
        shard->wide.memory_bytes() + shard->narrow.memory_bytes() + shard->tiny.memory_bytes();
    size.slab_memory_bytes += shard->slabs.memory_bytes();
    size.log_bytes += shard->log.log_bytes();
    size.log_bytes_written += shard->log.bytes_written();
    size.head_file_bytes += shard->slabs.file_bytes();
  }
  size.symbol_memory_bytes = symbols_.memory_bytes();
  return size;
}

}  // namespace sonde::tsdb
