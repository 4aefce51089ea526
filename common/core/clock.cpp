#include "common/core/clock.h"

#include <time.h>

namespace sonde {
namespace {

int64_t read_ns(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

int64_t SystemClock::wall_ms() const { return read_ns(CLOCK_REALTIME) / 1'000'000; }
int64_t SystemClock::monotonic_ns() const { return read_ns(CLOCK_MONOTONIC); }

}  // namespace sonde
