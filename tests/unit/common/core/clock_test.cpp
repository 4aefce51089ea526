#include "common/core/clock.h"

#include <doctest/doctest.h>

#include <chrono>

namespace sonde {

TEST_SUITE("core/clock") {
  TEST_CASE("wall time is the system's and monotonic time does not go back") {
    const SystemClock clock;
    const auto system = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
    CHECK(clock.wall_ms() >= system);
    CHECK(clock.wall_ms() < system + 60'000);
    const int64_t before = clock.monotonic_ns();
    CHECK(clock.monotonic_ns() >= before);
  }

}  // TEST_SUITE

}  // namespace sonde
