#pragma once
// What one running query carries through its operators: limits and how much of them is used, its deadline,
// its annotations. Belongs to the thread that runs the query.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "common/core/clock.h"
#include "common/core/result.h"
#include "scraper/promql/annotations.h"
#include "scraper/promql/engine.h"
#include "scraper/promql/value.h"
#include "scraper/storage/series_source.h"

namespace sonde::promql {

class QueryState {
 public:
  QueryState(const storage::SeriesSource& series, const Clock& time, const EngineOptions& engine,
             TimeSpan times, const QueryOptions& query)
      : source(series),
        clock(time),
        options(engine),
        span(times),
        lookback_ms(query.lookback_ms > 0 ? query.lookback_ms : engine.lookback_ms),
        timeout_ms_(query.timeout_ms > 0 ? query.timeout_ms : engine.timeout_ms),
        samples_max_(query.samples_max > 0 ? query.samples_max : engine.samples_max),
        cancelled_(query.cancelled),
        started_ns_(time.monotonic_ns()) {}

  // To be asked in every loop over series: fails when the query was cancelled or is too late.
  Status check() const {
    if (cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed)) {
      return Error(ErrorCode::Cancelled, "query was canceled in query execution");
    }
    constexpr int64_t kNsPerMs = 1'000'000;
    if (clock.monotonic_ns() - started_ns_ > timeout_ms_ * kNsPerMs) {
      return Error(ErrorCode::DeadlineExceeded, "query timed out in expression evaluation");
    }
    return Ok{};
  }

  // Fails when what is held now and this much more is over a limit; remembers the peak.
  Status expect(uint64_t samples, uint64_t bytes) {
    peak_ = std::max(peak_, held_samples_ + samples);
    if (held_samples_ + samples > samples_max_) {
      return Error(ErrorCode::LimitExceeded,
                   "query processing would load too many samples into memory in query execution");
    }
    if (held_bytes_ + bytes > options.bytes_max) {
      return Error(ErrorCode::LimitExceeded,
                   "query processing would take too much memory in query execution");
    }
    return Ok{};
  }
  Status expect(const Tile& tile) { return expect(tile.samples(), tile.size_bytes()); }

  int64_t started_ns() const { return started_ns_; }
  uint64_t samples_peak() const { return peak_; }

  const storage::SeriesSource& source;
  const Clock& clock;
  const EngineOptions& options;
  const TimeSpan span;
  const int64_t lookback_ms;
  Annotations annotations;
  uint64_t samples_total = 0;
  int64_t select_ns = 0;

 private:
  friend class Hold;
  const int64_t timeout_ms_;
  const uint64_t samples_max_;
  const std::atomic<bool>* cancelled_;
  const int64_t started_ns_;
  uint64_t held_samples_ = 0;
  uint64_t held_bytes_ = 0;
  uint64_t peak_ = 0;
};

// Counts a tile as held while other parts of the query run.
class Hold {
 public:
  Hold(QueryState& state, const Tile& tile)
      : state_(&state), samples_(tile.samples()), bytes_(tile.size_bytes()) {
    state_->held_samples_ += samples_;
    state_->held_bytes_ += bytes_;
  }
  Hold(Hold&& other) noexcept : state_(other.state_), samples_(other.samples_), bytes_(other.bytes_) {
    other.state_ = nullptr;
  }
  Hold& operator=(Hold&&) = delete;
  ~Hold() {
    if (state_ == nullptr) return;
    state_->held_samples_ -= samples_;
    state_->held_bytes_ -= bytes_;
  }

 private:
  QueryState* state_;
  uint64_t samples_;
  uint64_t bytes_;
};

}  // namespace sonde::promql
