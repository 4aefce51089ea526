#include "scraper/prometheus_tsdb/head.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "scraper/prometheus_tsdb/head_cursor.h"
#include "scraper/prometheus_tsdb/log_files.h"
#include "scraper/prometheus_tsdb/wal_records.h"
#include "scraper/prometheus_tsdb/whole_file.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr int64_t kHourMs = 3600 * 1000;
constexpr size_t kHoursMax = 1'000'000;  // 114 years, of which each hour has a sample

int64_t floor_to(int64_t time_ms, int64_t range_ms) {
  const int64_t rest = time_ms % range_ms;
  return time_ms - (rest < 0 ? rest + range_ms : rest);
}

Error no_sense() {
  return {ErrorCode::Corrupt, "the record makes no sense"};
}

}  // namespace

Result<std::unique_ptr<Head>> Head::open(io::FileSystem& files, const DataFolder& folder,
                                         LeftBehind& left_behind) {
  std::unique_ptr<Head> head(new Head(files, folder));  // The constructor is private.
  if (auto read = head->read_series(left_behind); !read) return read.error();
  head->sort_series();
  if (auto read = head->read_chunk_files(left_behind); !read) return read.error();
  if (head->hours_.size() > kHoursMax) {
    return Error(ErrorCode::LimitExceeded, folder.path + ": the head's samples lie in more than " +
                                               std::to_string(kHoursMax) + " different hours");
  }
  return head;
}

Status Head::read_series(LeftBehind& left_behind) {
  auto read = visit_records(
      files_, folder_.log, [&](io::Bytes record) { return index_record(record, false, left_behind); },
      &left_behind.damage);
  if (!read) return read;
  return visit_records(
      files_, folder_.late_log, [&](io::Bytes record) { return index_record(record, true, left_behind); },
      &left_behind.damage);
}

Status Head::index_record(io::Bytes record, bool late, LeftBehind& left_behind) {
  const auto add = [](uint64_t& sum, const Result<uint64_t>& count) -> Status {
    if (!count) return count.error();
    sum += *count;
    return Ok{};
  };
  switch (record_type(record)) {
    case RecordType::Series:
      return index_series(record);
    case RecordType::Samples:
    case RecordType::SamplesV2:
      return index_samples(record, late, left_behind);
    case RecordType::Tombstones:
      return index_tombstones(record);
    case RecordType::Exemplars:
      return add(left_behind.exemplars, count_exemplars(record));
    case RecordType::Metadata:
      return add(left_behind.metadata, count_metadata(record));
    case RecordType::Histograms:
    case RecordType::FloatHistograms:
    case RecordType::CustomHistograms:
    case RecordType::CustomFloatHistograms:
    case RecordType::HistogramsV2:
    case RecordType::FloatHistogramsV2:
      return add(left_behind.head_histograms,
                 count_histograms(record, late ? INT64_MIN : folder_.head_begin_ms));
    case RecordType::MmapMarkers:
      return Ok{};  // which late samples are in chunks, too: they are told apart by their times
  }
  ++left_behind.unknown_records;
  return Ok{};
}

Status Head::index_series(io::Bytes record) {
  SeriesRecordReader reader(record);
  SeriesRecord found;
  while (reader.next(found)) {
    const uint32_t series = series_.intern(found.labels);
    series_of_[found.reference] = series;
    named_.push_back(series);
  }
  return reader.failed() ? Status(no_sense()) : Ok{};
}

Status Head::index_samples(io::Bytes record, bool late, LeftBehind& left_behind) {
  SampleRecordReader reader(record);
  SampleRecord found;
  while (reader.next(found)) {
    if (!late && found.sample.time_ms < folder_.head_begin_ms) continue;
    if (!series_of_.contains(found.reference)) {
      ++left_behind.orphans;
      continue;
    }
    ++logged_samples_;
    note_times(found.sample.time_ms, found.sample.time_ms);
  }
  return reader.failed() ? Status(no_sense()) : Ok{};
}

Status Head::index_tombstones(io::Bytes record) {
  TombstoneRecordReader reader(record);
  TombstoneRecord found;
  while (reader.next(found)) {
    // Of all time: the series left the head for a block. Its samples are there, not deleted.
    if (found.time_min_ms == INT64_MIN && found.time_max_ms == INT64_MAX) continue;
    if (found.time_max_ms < folder_.head_begin_ms) continue;
    const auto series = series_of_.find(found.reference);
    if (series != series_of_.end()) deleted_.add(series->second, found.time_min_ms, found.time_max_ms);
  }
  return reader.failed() ? Status(no_sense()) : Ok{};
}

void Head::note_times(int64_t time_min_ms, int64_t time_max_ms) {
  for (int64_t hour_ms = floor_to(time_min_ms, kHourMs); hour_ms <= time_max_ms && hours_.size() <= kHoursMax;
       hour_ms += kHourMs) {
    hours_.insert(hour_ms);
  }
}

void Head::sort_series() {
  order_.resize(series_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::ranges::sort(order_, [&](uint32_t a, uint32_t b) { return series_.is_before(a, b); });
  places_.resize(order_.size());
  for (size_t place = 0; place < order_.size(); ++place)
    places_[order_[place]] = static_cast<uint32_t>(place);
  chunk_end_ms_.assign(order_.size(), INT64_MIN);
}

Status Head::read_chunk_files(LeftBehind& left_behind) {
  for (const NumberedFile& name : folder_.head_chunks) {
    auto file = map_whole(files_, name.path);
    if (!file) return file.error();
    chunk_files_.push_back({name.path, *std::move(file)});
    HeadChunkReader reader(chunk_files_.back().file.bytes());
    HeadChunk found;
    auto more = reader.next(found);
    for (; more && *more; more = reader.next(found)) add_chunk(found, left_behind);
    if (more) continue;
    // Later files would say that the log has nothing new of series whose chunks are lost here.
    left_behind.damage.push_back(more.error().in(name.path).message());
    break;
  }
  std::ranges::stable_sort(chunks_, {}, [&](const ChunkPlace& chunk) { return places_[chunk.series]; });
  return Ok{};
}

void Head::add_chunk(const HeadChunk& found, LeftBehind& left_behind) {
  const auto series = series_of_.find(found.series);
  if (series == series_of_.end()) {
    ++left_behind.orphans;
    return;
  }
  if (!found.is_out_of_order) {
    if (found.time_max_ms < folder_.head_begin_ms) return;
    int64_t& end_ms = chunk_end_ms_[series->second];
    end_ms = std::max(end_ms, found.time_max_ms);
  }
  if (is_histogram(found.chunk.encoding)) return;
  note_times(found.time_min_ms, found.time_max_ms);
  const ChunkFile& file = chunk_files_.back();
  chunks_.push_back({.series = series->second,
                     .file = static_cast<uint32_t>(chunk_files_.size() - 1),
                     .offset = static_cast<uint32_t>(found.chunk.data.data() - file.file.data()),
                     .size_bytes = static_cast<uint32_t>(found.chunk.data.size()),
                     .time_min_ms = found.time_min_ms,
                     .time_max_ms = found.time_max_ms,
                     .encoding = found.chunk.encoding,
                     .is_late = found.is_out_of_order});
}

std::set<int64_t> Head::windows(int64_t range_ms) const {
  std::set<int64_t> out;
  for (const int64_t hour_ms : hours_) {
    for (int64_t begin_ms = floor_to(hour_ms, range_ms); begin_ms < hour_ms + kHourMs; begin_ms += range_ms)
      out.insert(begin_ms);
  }
  return out;
}

std::unique_ptr<SeriesCursor> Head::cursor(TimeWindow window, size_t samples_in_memory_max) const {
  return std::make_unique<HeadCursor>(*this, window, samples_in_memory_max);
}

Status Head::read_chunks(size_t place, bool late, TimeWindow window, std::vector<Sample>& out) const {
  const auto place_of = [&](const ChunkPlace& chunk) { return size_t{places_[chunk.series]}; };
  auto chunk = std::lower_bound(chunks_.begin(), chunks_.end(), place,
                                [&](const ChunkPlace& at, size_t wanted) { return place_of(at) < wanted; });
  for (; chunk != chunks_.end() && place_of(*chunk) == place; ++chunk) {
    if (chunk->is_late != late || !window.overlaps(chunk->time_min_ms, chunk->time_max_ms)) continue;
    const ChunkFile& file = chunk_files_[chunk->file];
    const size_t before = out.size();
    const Chunk content{chunk->encoding, file.file.bytes().subspan(chunk->offset, chunk->size_bytes)};
    if (auto read = read_chunk(content, out); !read)
      return read.error().in(file.path + ": byte " + std::to_string(chunk->offset));
    const int64_t begin_ms = late ? INT64_MIN : folder_.head_begin_ms;
    out.erase(std::remove_if(out.begin() + static_cast<ptrdiff_t>(before), out.end(),
                             [&](const Sample& sample) {
                               return !window.holds(sample.time_ms) || sample.time_ms < begin_ms;
                             }),
              out.end());
  }
  return Ok{};
}

void Head::remove_deleted(size_t place, std::vector<Sample>& samples, size_t begin) const {
  (void)deleted_.remove_from(order_[place], samples, begin);
}

// One reading of the log for the samples of the series from a place on. When they become too many, those of
// the last series are let go, and the next reading begins there.
class Head::LogPass {
 public:
  LogPass(const Head& head, size_t begin, TimeWindow window, size_t samples_max)
      : head_(head), begin_(begin), window_(window), samples_max_(samples_max) {
    kept_.resize(head.order_.size() - begin);
    last_ms_.reserve(kept_.size());
    for (size_t place = begin; place < head.order_.size(); ++place)
      last_ms_.push_back(head.chunk_end_ms_[head.order_[place]]);
  }

  Status visit(io::Bytes record, bool late) {
    switch (record_type(record)) {
      case RecordType::Series:
        return name_series(record);
      case RecordType::Samples:
      case RecordType::SamplesV2:
        return take_samples(record, late);
      default:
        return Ok{};
    }
  }

  std::vector<LoggedSamples> take() { return std::move(kept_); }

 private:
  Status name_series(io::Bytes record) {
    SeriesRecordReader reader(record);
    SeriesRecord found;
    while (reader.next(found)) {
      if (next_name_ < head_.named_.size()) series_of_[found.reference] = head_.named_[next_name_++];
    }
    return reader.failed() ? Status(no_sense()) : Ok{};
  }

  Status take_samples(io::Bytes record, bool late) {
    SampleRecordReader reader(record);
    SampleRecord found;
    while (reader.next(found)) {
      const auto series = series_of_.find(found.reference);
      if (series == series_of_.end()) continue;
      const size_t place = head_.places_[series->second];
      if (place < begin_ || place - begin_ >= kept_.size()) continue;
      if (late) {
        if (window_.holds(found.sample.time_ms)) keep(kept_[place - begin_].late, found.sample);
        continue;
      }
      // A log repeats what was refused, and late samples: only what comes after the last one was stored in
      // order.
      int64_t& last_ms = last_ms_[place - begin_];
      if (found.sample.time_ms < head_.folder_.head_begin_ms || found.sample.time_ms <= last_ms) continue;
      last_ms = found.sample.time_ms;
      if (window_.holds(found.sample.time_ms)) keep(kept_[place - begin_].in_order, found.sample);
    }
    return reader.failed() ? Status(no_sense()) : Ok{};
  }

  void keep(std::vector<Sample>& samples, const Sample& sample) {
    samples.push_back(sample);
    if (++sample_count_ > samples_max_ && kept_.size() > 1) let_half_go();
  }

  void let_half_go() {
    size_t count = 0;
    size_t sum = 0;
    while (count + 1 < kept_.size() && (count == 0 || sum < samples_max_ / 2)) {
      sum += kept_[count].in_order.size() + kept_[count].late.size();
      ++count;
    }
    kept_.resize(count);
    kept_.shrink_to_fit();
    sample_count_ = sum;
  }

  const Head& head_;
  const size_t begin_;
  const TimeWindow window_;
  const size_t samples_max_;
  std::unordered_map<uint64_t, uint32_t> series_of_;  // as far as the log was read
  size_t next_name_ = 0;
  std::vector<LoggedSamples> kept_;
  std::vector<int64_t> last_ms_;
  size_t sample_count_ = 0;
};

Result<std::vector<LoggedSamples>> Head::read_log(size_t begin, TimeWindow window, size_t samples_max) const {
  LogPass pass(*this, begin, window, samples_max);
  auto read = visit_records(
      files_, folder_.log, [&](io::Bytes record) { return pass.visit(record, false); }, nullptr);
  if (!read) return read.error();
  read = visit_records(
      files_, folder_.late_log, [&](io::Bytes record) { return pass.visit(record, true); }, nullptr);
  if (!read) return read.error();
  return pass.take();
}

}  // namespace sonde::prometheus_tsdb
