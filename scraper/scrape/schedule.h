#pragma once
// When a target is scraped and which time its samples get. The times lie on a grid that is fixed to the wall
// clock: the interval's multiples plus an offset of the target's own, so that scrapes are spread out, stay
// where they are over restarts, and differ between servers. Pure arithmetic.
//
// The offsets lie on beats, 100 ms apart (a tenth of an interval below a second): targets that share a beat
// are scraped one after the other with warm caches and one wake-up, which takes a third off the cost of a
// sample where scrapes would else be some milliseconds apart.

#include <cstdint>

namespace sonde::scrape {

class Schedule {
 public:
  // The server's hash says where its beats lie, so that two servers do not meet at every target.
  Schedule(int64_t interval_ns, uint64_t target_hash, uint64_t server_hash);

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
  int64_t offset_ns_ = 0;
  int64_t due_ns_ = 0;
};

}  // namespace sonde::scrape
