#include "scraper/tsdb/tombstones.h"

#include <algorithm>

#include "common/io/atomic_write.h"
#include "common/io/byte_reader.h"
#include "common/io/byte_writer.h"
#include "common/io/crc32c.h"
#include "scraper/tsdb/file_names.h"

namespace sonde::tsdb {
namespace {

constexpr uint32_t kMagic = 0x31544E53;  // "SNT1"

std::string write_body(const Tombstone& tombstone) {
  std::string body;
  io::append_i64(body, tombstone.range.start_ms);
  io::append_i64(body, tombstone.range.end_ms);
  io::append_varint(body, tombstone.matchers.size());
  for (const Matcher& matcher : tombstone.matchers) {
    io::append_u8(body, static_cast<uint8_t>(matcher.type()));
    io::append_sized_text(body, matcher.name());
    io::append_sized_text(body, matcher.value());
  }
  return body;
}

Result<Tombstone> read_body(std::span<const std::byte> bytes) {
  const Error damaged(ErrorCode::Corrupt, "a tombstone is damaged");
  io::ByteReader reader(bytes);
  Tombstone out;
  out.range.start_ms = reader.i64();
  out.range.end_ms = reader.i64();
  const uint64_t count = reader.varint();
  if (count > kMatchersMax) return damaged;
  for (uint64_t i = 0; i < count; ++i) {
    const uint8_t type = reader.u8();
    std::string name(reader.sized_text());
    std::string value(reader.sized_text());
    if (reader.failed() || type > static_cast<uint8_t>(MatchType::NotRegex)) return damaged;
    auto matcher = Matcher::make(static_cast<MatchType>(type), std::move(name), std::move(value));
    if (!matcher) return matcher.error();
    out.matchers.push_back(*std::move(matcher));
  }
  if (reader.failed() || !reader.at_end()) return damaged;
  return out;
}

bool overlaps(storage::TimeRange a, storage::TimeRange b) {
  return a.start_ms <= b.end_ms && b.start_ms <= a.end_ms;
}

// A stretch of which some columns lost samples. Where one has none, it is absent.
class ErasedStretch final : public Stretch {
 public:
  ErasedStretch(std::unique_ptr<Stretch> rows, std::vector<std::pair<uint32_t, storage::TimeRange>> erased)
      : rows_(std::move(rows)), erased_(std::move(erased)) {}

  size_t row_count() const override { return rows_->row_count(); }
  Status read_times(std::vector<int64_t>& times_ms) const override { return rows_->read_times(times_ms); }
  Status read_column(size_t column, double* values, uint64_t* present, size_t first_bit) const override {
    if (auto read = rows_->read_column(column, values, present, first_bit); !read) return read;
    std::vector<int64_t> times_ms;
    for (const auto& [erased_column, range] : erased_) {
      if (erased_column != column) continue;
      if (times_ms.empty()) {
        if (auto read = rows_->read_times(times_ms); !read) return read;
      }
      clear_bits(times_ms, range, present, first_bit);
    }
    return Ok{};
  }
  void prefetch(size_t column, unsigned stage) const override { rows_->prefetch(column, stage); }

 private:
  std::unique_ptr<Stretch> rows_;
  std::vector<std::pair<uint32_t, storage::TimeRange>> erased_;
};

}  // namespace

std::string write_tombstones(const TombstoneList& tombstones) {
  std::string out;
  io::append_u32(out, kMagic);
  for (const Tombstone& tombstone : tombstones) {
    const std::string body = write_body(tombstone);
    io::append_u32(out, static_cast<uint32_t>(body.size()));
    io::append_u32(out, io::crc32c(io::as_bytes(body)));
    out += body;
  }
  return out;
}

Result<TombstoneList> read_tombstones(std::string_view bytes) {
  io::ByteReader reader(io::as_bytes(bytes));
  TombstoneList out;
  if (reader.u32() != kMagic) return Error(ErrorCode::Corrupt, "this is no list of tombstones");
  while (!reader.at_end()) {
    const uint32_t length = reader.u32();
    const uint32_t crc = reader.u32();
    const auto body = reader.bytes(length);
    if (reader.failed() || io::crc32c(body) != crc || out.size() == kTombstonesMax) {
      return Error(ErrorCode::Corrupt, "tombstone " + std::to_string(out.size() + 1) + " is damaged");
    }
    auto tombstone = read_body(body);
    if (!tombstone) return tombstone.error();
    out.push_back(*std::move(tombstone));
  }
  return out;
}

Status TombstoneStore::open() {
  (void)files_.remove(path_ + std::string(kTemporarySuffix));  // of a change that a crash ended
  if (!files_.exists(path_)) return Ok{};
  auto content = io::read_file(files_, path_, kTombstoneBytesMax);
  if (!content) return content.error();
  auto list = read_tombstones(*content);
  if (!list) {
    return Error(list.error().code(), path_ + ": " + list.error().message() +
                                          "; it says what was deleted: restore it, or move it away and "
                                          "delete again what shows up");
  }
  const MutexLock lock(mutex_);
  list_ = std::make_shared<const TombstoneList>(*std::move(list));
  return Ok{};
}

std::shared_ptr<const TombstoneList> TombstoneStore::snapshot() const {
  const MutexLock lock(mutex_);
  return list_;
}

Status TombstoneStore::replace(TombstoneList list) {
  const std::string bytes = write_tombstones(list);
  if (list.size() > kTombstonesMax || bytes.size() > kTombstoneBytesMax) {
    return Error(
        ErrorCode::LimitExceeded,
        "too many deletions are waiting, " + std::to_string(kTombstonesMax) + " or " +
            std::to_string(kTombstoneBytesMax >> 20) +
            " MiB of selectors at most: call clean_tombstones, or wait until what they concern is in "
            "blocks");
  }
  if (auto written = io::atomic_write(files_, path_, bytes); !written) return written;
  const MutexLock lock(mutex_);
  list_ = std::make_shared<const TombstoneList>(std::move(list));
  return Ok{};
}

Status TombstoneStore::add(TombstoneList added) {
  const MutexLock writing(write_mutex_);
  TombstoneList list = *snapshot();
  list.insert(list.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
  return replace(std::move(list));
}

Status TombstoneStore::remove_before(int64_t time_ms, size_t count) {
  const MutexLock writing(write_mutex_);
  const auto before = snapshot();
  TombstoneList kept;
  for (size_t i = 0; i < before->size(); ++i) {
    const Tombstone& tombstone = (*before)[i];
    if (i >= count || tombstone.range.end_ms >= time_ms) kept.push_back(tombstone);
  }
  return kept.size() == before->size() ? Status(Ok{}) : replace(std::move(kept));
}

Eraser::Eraser(std::shared_ptr<const TombstoneList> tombstones, const SymbolSource& symbols)
    : tombstones_(std::move(tombstones)), symbols_(symbols), filters_(tombstones_->size()) {}

Eraser::Filters& Eraser::filters_of(size_t index) {
  std::optional<Filters>& filters = filters_[index];
  if (filters) return *filters;
  const Tombstone& tombstone = (*tombstones_)[index];
  filters.emplace(Filters{SeriesFilter(tombstone.matchers, symbols_), {}});
  for (const std::vector<Matcher>& matchers : tombstone.except)
    filters->kept.emplace_back(matchers, symbols_);
  return *filters;
}

// The columns that one tombstone means.
std::vector<uint32_t> Eraser::columns_of(size_t index, std::span<const LabelRef> group_labels,
                                         ShapeView shape) {
  Filters& filters = filters_of(index);
  const auto open = filters.erased.match_group(group_labels);
  if (!open) return {};
  std::vector<uint32_t> columns = *filters.erased.match_columns(shape, *open);
  for (SeriesFilter& kept : filters.kept) {
    const auto kept_open = columns.empty() ? std::nullopt : kept.match_group(group_labels);
    if (!kept_open) continue;
    std::vector<uint32_t> left;
    std::ranges::set_difference(columns, *kept.match_columns(shape, *kept_open), std::back_inserter(left));
    columns = std::move(left);
  }
  return columns;
}

Eraser::Erased Eraser::find(std::span<const LabelRef> group_labels, ShapeView shape,
                            storage::TimeRange extent) {
  Erased out;
  for (size_t i = 0; i < filters_.size(); ++i) {
    const storage::TimeRange range = (*tombstones_)[i].range;
    if (!overlaps(range, extent)) continue;
    const bool is_whole = range.start_ms <= extent.start_ms && range.end_ms >= extent.end_ms;
    for (const uint32_t column : columns_of(i, group_labels, shape)) {
      if (is_whole) {
        out.whole.push_back(column);
      } else {
        out.partly.emplace_back(column, range);
      }
    }
  }
  std::ranges::sort(out.whole);
  out.whole.erase(std::unique(out.whole.begin(), out.whole.end()), out.whole.end());
  std::erase_if(out.partly,
                [&](const auto& entry) { return std::ranges::binary_search(out.whole, entry.first); });
  return out;
}

void erase(std::vector<FoundStretch>& found, const std::shared_ptr<const TombstoneList>& tombstones) {
  if (tombstones->empty()) return;
  std::unordered_map<const SymbolSource*, Eraser> erasers;
  for (FoundStretch& stretch : found) {
    Eraser& eraser = erasers.try_emplace(stretch.symbols, tombstones, *stretch.symbols).first->second;
    auto erased =
        eraser.find(stretch.group_labels, stretch.shape, {stretch.time_min_ms, stretch.time_max_ms});
    if (erased.empty()) continue;
    std::vector<uint32_t> kept;
    std::ranges::set_difference(*stretch.columns, erased.whole, std::back_inserter(kept));
    stretch.columns = std::make_shared<const std::vector<uint32_t>>(std::move(kept));
    if (!erased.partly.empty()) {
      stretch.rows = std::make_unique<ErasedStretch>(std::move(stretch.rows), std::move(erased.partly));
    }
  }
  std::erase_if(found, [](const FoundStretch& stretch) { return stretch.columns->empty(); });
}

void clear_bits(std::span<const int64_t> times_ms, storage::TimeRange range, uint64_t* present,
                size_t first_bit) {
  for (size_t i = 0; i < times_ms.size(); ++i) {
    if (times_ms[i] < range.start_ms || times_ms[i] > range.end_ms) continue;
    present[(first_bit + i) / 64] &= ~(uint64_t{1} << ((first_bit + i) % 64));
  }
}

}  // namespace sonde::tsdb
