#include "scraper/ctl/progress.h"

#include <doctest/doctest.h>

namespace sonde::ctl {
namespace {

class HeldClock final : public Clock {
 public:
  int64_t wall_ms() const override { return 0; }
  int64_t monotonic_ns() const override { return now_ns; }
  int64_t now_ns = 5;
};

TEST_SUITE("ctl/progress") {
  TEST_CASE("a terminal has one line that is written over") {
    HeldClock clock;
    std::string out;
    {
      Progress progress(clock, true, [&](std::string_view text) { out += text; });
      CHECK_FALSE(progress.is_due());
      clock.now_ns += 500'000'000;
      CHECK(progress.is_due());
      progress.say("one");
      CHECK_FALSE(progress.is_due());
      progress.say("two");
    }
    CHECK(out == "\r\x1b[Kone\r\x1b[Ktwo\n");
  }

  TEST_CASE("elsewhere there is a line now and then") {
    HeldClock clock;
    std::string out;
    {
      Progress progress(clock, false, [&](std::string_view text) { out += text; });
      clock.now_ns += 9'000'000'000;
      CHECK_FALSE(progress.is_due());
      clock.now_ns += 1'000'000'000;
      CHECK(progress.is_due());
      progress.say("one");
    }
    CHECK(out == "one\n");
  }
}

}  // namespace
}  // namespace sonde::ctl
