#pragma once
// What the gateway says about its own requests: how many, how long pushes take and how large they are. The
// quantiles are those of the last observations of ten minutes, exactly. One thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace sonde::pushgateway {

// The families that append() writes.
inline constexpr std::string_view kRequests = "pushgateway_http_requests_total";
inline constexpr std::string_view kRequestsHelp =
    "Total HTTP requests processed by the Pushgateway, excluding scrapes.";
inline constexpr std::string_view kPushDuration = "pushgateway_http_push_duration_seconds";
inline constexpr std::string_view kPushDurationHelp = "HTTP request duration for pushes to the Pushgateway.";
inline constexpr std::string_view kPushSize = "pushgateway_http_push_size_bytes";
inline constexpr std::string_view kPushSizeHelp = "HTTP request size for pushes to the Pushgateway.";

// Count, sum and a window of observations.
class RollingSummary {
 public:
  static constexpr size_t kWindow = 512;                 // observations looked at
  static constexpr int64_t kAgeMaxNs = 600'000'000'000;  // older ones are not

  void observe(double value, int64_t now_ns);
  uint64_t count() const { return count_; }
  double sum() const { return sum_; }
  // The values in the window at the time, sorted; into `out`, and how many there are.
  size_t window(int64_t now_ns, std::array<double, kWindow>& out) const;

 private:
  struct Observation {
    int64_t at_ns = 0;
    double value = 0;
  };
  std::array<Observation, kWindow> ring_{};
  uint64_t count_ = 0;
  double sum_ = 0;
};

class PushStats {
 public:
  struct Request {
    std::string_view handler;  // "push", "delete", "status", …
    std::string_view method;   // as in the request
    int status = 200;
  };
  void count(const Request& request);
  // A push that was answered.
  void observe(std::string_view method, double seconds, double size_bytes, int64_t now_ns);

  // Families in text 0.0.4, for /metrics.
  void append(std::string& out, int64_t now_ns) const;

 private:
  struct Pushes {
    RollingSummary duration;
    RollingSummary size;
  };
  std::map<std::tuple<int, std::string, std::string>, uint64_t> requests_;  // by code, handler, method
  std::map<std::string, Pushes, std::less<>> pushes_;                       // by method
};

}  // namespace sonde::pushgateway
