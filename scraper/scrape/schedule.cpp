#include "scraper/scrape/schedule.h"

#include <algorithm>
#include <cstdlib>

namespace sonde::scrape {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kToleranceMsMax = 2;
constexpr int64_t kToleranceDivisor = 100;
constexpr int64_t kBeatMsMax = 100;
constexpr int64_t kBeatsMin = 10;

}  // namespace

Schedule::Schedule(int64_t interval_ns, uint64_t target_hash, uint64_t server_hash)
    : interval_ns_(std::max<int64_t>(interval_ns, kNsPerMs)) {
  const int64_t beat_ns = std::min(kBeatMsMax * kNsPerMs, interval_ns_ / kBeatsMin);
  const auto below = [](uint64_t hash, int64_t end) {
    return static_cast<int64_t>(hash % static_cast<uint64_t>(end));
  };
  offset_ns_ =
      below(target_hash ^ server_hash, interval_ns_ / beat_ns) * beat_ns + below(server_hash, beat_ns);
}

int64_t Schedule::first_after(int64_t now_ns) const {
  const int64_t due = now_ns - now_ns % interval_ns_ + offset_ns_;
  return due > now_ns ? due : due + interval_ns_;
}

int64_t Schedule::start(int64_t now_ns) {
  return due_ns_ = first_after(now_ns);
}

int64_t Schedule::advance(int64_t now_ns) {
  // A scrape may begin, and fail, a moment before its time.
  if (now_ns < due_ns_ && due_ns_ - now_ns <= kToleranceMsMax * kNsPerMs) now_ns = due_ns_;
  // The clock was set back, or scrapes were missed: of those only the last is made up for.
  const int64_t next = first_after(now_ns);
  due_ns_ = std::clamp(due_ns_ + interval_ns_, next - interval_ns_, next);
  return due_ns_;
}

int64_t Schedule::timestamp_ms(int64_t now_ms) const {
  const int64_t due_ms = due_ns_ / kNsPerMs;
  const int64_t tolerance_ms = std::min(kToleranceMsMax, interval_ns_ / kNsPerMs / kToleranceDivisor);
  return std::abs(now_ms - due_ms) <= tolerance_ms ? due_ms : now_ms;
}

}  // namespace sonde::scrape
