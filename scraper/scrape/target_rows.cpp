#include "scraper/scrape/target_rows.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sonde::scrape {
namespace {

// Samples further ahead than this are refused, as the reference does.
constexpr int64_t kAheadMsMax = 10 * 60 * 1000;

bool has_bit(const std::vector<uint64_t>& bits, size_t index) {
  return (bits[index / 64] >> (index % 64) & 1) != 0;
}

void set_bit(std::vector<uint64_t>& bits, size_t index) {
  bits[index / 64] |= uint64_t{1} << (index % 64);
}

// Every column but the first `count` bits of `bits` is left alone.
bool invert(std::vector<uint64_t>& bits, size_t count) {
  bool any = false;
  for (size_t word = 0; word < bits.size(); ++word) {
    const size_t columns_here = std::min<size_t>(count - word * 64, 64);
    const uint64_t mask = columns_here == 64 ? ~uint64_t{0} : (uint64_t{1} << columns_here) - 1;
    bits[word] = ~bits[word] & mask;
    any = any || bits[word] != 0;
  }
  return any;
}

void count(storage::AppendOutcome outcome, size_t samples, RowCounts& counts) {
  switch (outcome) {
    case storage::AppendOutcome::OutOfOrder:
      counts.out_of_order += samples;
      break;
    case storage::AppendOutcome::Duplicate:
      counts.duplicate += samples;
      break;
    case storage::AppendOutcome::OutOfBounds:
      counts.out_of_bounds += samples;
      break;
    case storage::AppendOutcome::Stored:
    case storage::AppendOutcome::Refused:
      break;  // The database tells about its own troubles.
  }
}

size_t count_bits(const std::vector<uint64_t>& bits) {
  size_t total = 0;
  for (const uint64_t word : bits) total += static_cast<size_t>(std::popcount(word));
  return total;
}

}  // namespace

TargetRows::TargetRows(Context context, Labels target, bool track_timestamps_staleness)
    : context_(context),
      target_(std::move(target)),
      track_timestamps_staleness_(track_timestamps_staleness) {}

TargetRows::~TargetRows() {
  if (opened_) (void)context_.claims.release(target_, context_.loop_id);
  for (const auto& [labels, stray] : strays_) {
    if (stray.owned) (void)context_.claims.release(labels, context_.loop_id);
  }
}

bool TargetRows::open() {
  if (opened_) return true;
  opened_ = context_.claims.claim(target_, context_.loop_id);
  if (opened_) group_ = storage::OpenGroup(context_.sink, target_, {.absence_is_stale = true});
  return opened_;
}

RowCounts TargetRows::append(const std::shared_ptr<const Memo>& memo, BodyValues& values,
                             const Reports& reports, int64_t timestamp_ms) {
  if (memo != memo_ || may_be_taken()) adopt(memo, timestamp_ms);
  RowCounts counts = append_main(*memo, values, reports, timestamp_ms);
  for (const Route& route : routes_) {
    if (route.stray->stamped) {
      append_stamped(route, values, timestamp_ms, counts);
    } else {
      append_stray(route, values, timestamp_ms, counts);
    }
  }
  return counts;
}

RowCounts TargetRows::append_main(const Memo& memo, BodyValues& values, const Reports& reports,
                                  int64_t timestamp_ms) {
  for (size_t i = 0; i < kReportsMax; ++i) {
    const uint32_t column = memo.report_columns[i];
    // Where the target itself exposes a series of the name, its value stands.
    if (column == kNoColumn || has_bit(values.present, column)) continue;
    values.columns[column] = reports[i];
    set_bit(values.present, column);
  }
  const size_t samples = count_bits(values.present);
  const bool any_absent = invert(values.present, memo.row_size);
  const storage::Row row{
      .timestamp_ms = timestamp_ms,
      .values = std::span<const double>(values.columns).first(memo.row_size),
      .absent = any_absent ? std::span<const uint64_t>(values.present) : std::span<const uint64_t>()};
  RowCounts counts;
  count(context_.sink.append(group_.id(), memo.shape, row), samples, counts);
  invert(values.present, memo.row_size);
  return counts;
}

RowCounts TargetRows::append_failed(const Memo& memo, BodyValues& scratch, const Reports& reports,
                                    int64_t timestamp_ms) {
  if (may_be_taken()) adopt(memo_, timestamp_ms);
  scratch.start(memo);
  const RowCounts counts = append_main(memo, scratch, reports, timestamp_ms);
  for (auto& [labels, stray] : strays_) end_stray(stray, timestamp_ms);
  return counts;
}

void TargetRows::adopt(const std::shared_ptr<const Memo>& memo, int64_t timestamp_ms) {
  memo_ = memo;
  taken_count_ = context_.claims.taken_count();
  routes_.clear();
  for (auto& [labels, stray] : strays_) stray.wanted = false;
  for (const StrayGroup& group : memo->strays) add_routes(group, timestamp_ms);
  for (auto it = strays_.begin(); it != strays_.end();) {
    auto& [labels, stray] = *it;
    if (stray.wanted) {
      ++it;
      continue;
    }
    // A target that has taken the group ends its series.
    const bool was_taken = stray.owned && !context_.claims.release(labels, context_.loop_id);
    if (!was_taken) end_stray(stray, timestamp_ms);
    it = strays_.erase(it);
  }
}

void TargetRows::add_routes(const StrayGroup& group, int64_t timestamp_ms) {
  std::vector<Label> all(group.own.begin(), group.own.end());
  for (const Label& label : target_) {
    if (std::ranges::find(group.removed, label.name) == group.removed.end()) all.push_back(label);
  }
  const Labels labels(std::move(all));
  if (may_share_group(labels)) {
    routes_.push_back({.stray = &open_stray(labels, group.stamped, timestamp_ms),
                       .shape = context_.sink.intern_shape(group.columns),
                       .slot_begin = group.slot_begin,
                       .slot_count = static_cast<uint32_t>(group.columns.size())});
    return;
  }
  // Where the labels are taken, each series is a group.
  const Labels nameless;
  const storage::ShapePtr single = context_.sink.intern_shape(std::span(&nameless, 1));
  for (uint32_t i = 0; i < group.columns.size(); ++i) {
    std::vector<Label> whole(labels.begin(), labels.end());
    whole.insert(whole.end(), group.columns[i].begin(), group.columns[i].end());
    const Labels series(std::move(whole));
    const auto known = strays_.find(series);
    if (known != strays_.end() && known->second.wanted) continue;  // Twice in a body: the first stands.
    routes_.push_back({.stray = &open_stray(series, group.stamped, timestamp_ms),
                       .shape = single,
                       .slot_begin = group.slot_begin + i,
                       .slot_count = 1});
  }
}

bool TargetRows::may_be_taken() const {
  return !strays_.empty() && taken_count_ != context_.claims.taken_count();
}

// Whether several series may go to the group of these labels. It has one row at a time, so that only one set
// of lines can use it; rows with times of their own do not mix with those of the scrape either.
bool TargetRows::may_share_group(const Labels& labels) const {
  if (labels == target_) return false;
  const auto known = strays_.find(labels);
  if (known != strays_.end() && known->second.wanted) return false;
  return context_.claims.claim_stray(labels, context_.loop_id);
}

TargetRows::Stray& TargetRows::open_stray(const Labels& labels, bool stamped, int64_t timestamp_ms) {
  const auto [it, is_new] = strays_.try_emplace(labels);
  Stray& stray = it->second;
  stray.wanted = true;
  stray.owned = context_.claims.claim_stray(labels, context_.loop_id);
  if (!is_new && stray.stamped == stamped) return stray;
  end_stray(stray, timestamp_ms);
  stray.stamped = stamped;
  stray.group = storage::OpenGroup(context_.sink, labels, {.absence_is_stale = ends_by_absence(stray)});
  return stray;
}

void TargetRows::append_stray(const Route& route, const BodyValues& values, int64_t timestamp_ms,
                              RowCounts& counts) {
  row_.assign(route.slot_count, 0);
  absent_.assign((route.slot_count + 63) / 64, 0);
  size_t samples = 0;
  for (uint32_t i = 0; i < route.slot_count; ++i) {
    if (!has_bit(values.strays_present, route.slot_begin + i)) continue;
    row_[i] = values.strays[route.slot_begin + i];
    set_bit(absent_, i);
    ++samples;
  }
  if (samples == 0) return end_stray(*route.stray, timestamp_ms);
  const bool any_absent = invert(absent_, route.slot_count);
  const storage::Row row{
      .timestamp_ms = timestamp_ms,
      .values = row_,
      .absent = any_absent ? std::span<const uint64_t>(absent_) : std::span<const uint64_t>()};
  route.stray->live = true;
  count(context_.sink.append(route.stray->group.id(), route.shape, row), samples, counts);
}

void TargetRows::append_stamped(const Route& route, const BodyValues& values, int64_t timestamp_ms,
                                RowCounts& counts) {
  std::vector<BodyValues::Repeated> samples;
  for (uint32_t slot = route.slot_begin; slot < route.slot_begin + route.slot_count; ++slot) {
    if (!has_bit(values.strays_present, slot)) continue;
    samples.push_back(
        {.slot = slot, .timestamp_ms = values.stray_times_ms[slot], .value = values.strays[slot]});
  }
  for (const BodyValues::Repeated& sample : values.repeated) {
    if (sample.slot >= route.slot_begin && sample.slot < route.slot_begin + route.slot_count)
      samples.push_back(sample);
  }
  counts.out_of_bounds += std::erase_if(
      samples, [&](const auto& sample) { return sample.timestamp_ms > timestamp_ms + kAheadMsMax; });
  if (samples.empty()) return end_stray(*route.stray, timestamp_ms);
  std::ranges::stable_sort(samples, {}, &BodyValues::Repeated::timestamp_ms);
  route.stray->live = true;
  for (size_t begin = 0; begin < samples.size();) {
    row_.assign(route.slot_count, 0);
    absent_.assign((route.slot_count + 63) / 64, 0);
    size_t end = begin;
    for (; end < samples.size() && samples[end].timestamp_ms == samples[begin].timestamp_ms; ++end) {
      const uint32_t column = samples[end].slot - route.slot_begin;
      if (has_bit(absent_, column)) {
        ++counts.duplicate;
        continue;
      }
      row_[column] = samples[end].value;
      set_bit(absent_, column);
    }
    const bool any_absent = invert(absent_, route.slot_count);
    const storage::Row row{
        .timestamp_ms = samples[begin].timestamp_ms,
        .values = row_,
        .absent = any_absent ? std::span<const uint64_t>(absent_) : std::span<const uint64_t>()};
    count(context_.sink.append(route.stray->group.id(), route.shape, row), end - begin, counts);
    begin = end;
  }
}

void TargetRows::end_stray(Stray& stray, int64_t timestamp_ms) {
  if (stray.live && ends_by_absence(stray)) context_.sink.append_stale(stray.group.id(), timestamp_ms);
  stray.live = false;
}

void TargetRows::leave() {
  if (opened_) context_.claims.leave(target_, context_.loop_id);
  for (const auto& [labels, stray] : strays_) {
    if (stray.owned) context_.claims.leave(labels, context_.loop_id);
  }
}

void TargetRows::end(int64_t timestamp_ms) {
  if (opened_ && context_.claims.release(target_, context_.loop_id))
    context_.sink.append_stale(group_.id(), timestamp_ms);
  group_ = {};
  opened_ = false;
  for (auto& [labels, stray] : strays_) {
    if (stray.owned && context_.claims.release(labels, context_.loop_id)) end_stray(stray, timestamp_ms);
  }
  strays_.clear();
  routes_.clear();
  memo_.reset();
}

}  // namespace sonde::scrape
