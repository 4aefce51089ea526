#pragma once
// Time as a dependency: everything that needs the time gets a Clock by constructor, so that tests hold it.

#include <cstdint>

namespace sonde {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01 UTC; may jump when somebody sets the clock.
  virtual int64_t wall_ms() const = 0;
  // Nanoseconds since an arbitrary point; never goes back. For durations and deadlines.
  virtual int64_t monotonic_ns() const = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t wall_ms() const override;
  int64_t monotonic_ns() const override;
};

}  // namespace sonde
