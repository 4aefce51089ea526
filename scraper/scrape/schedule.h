#pragma once
// When a target is scraped and which time its samples get. The times lie on a grid that is fixed to the wall
// clock: the interval's multiples plus an offset of the target's own, so that scrapes are spread out, stay
// where they are over restarts, and differ between servers. Pure arithmetic.

#include <cstdint>

namespace sonde::scrape {

class Schedule {
 public:
  // `hash` is of the target and the server.
  Schedule(int64_t interval_ns, uint64_t hash);

  // The first time after `now_ns` (wall).
  int64_t start(int64_t now_ns);
  // The time after the one at hand, not later than an interval from now; in the past when that scrape is
  // overdue.
  int64_t advance(int64_t now_ns);

  int64_t due_ns() const { return due_ns_; }
  int64_t interval_ns() const { return interval_ns_; }

  // The samples' time for a scrape that began at `now_ms`: the grid's where it is close, since even intervals
  // compress better.
  int64_t timestamp_ms(int64_t now_ms) const;

 private:
  int64_t first_after(int64_t now_ns) const;

  int64_t interval_ns_;
  int64_t offset_ns_;
  int64_t due_ns_ = 0;
};

}  // namespace sonde::scrape
