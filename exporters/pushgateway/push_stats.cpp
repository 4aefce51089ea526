#include "exporters/pushgateway/push_stats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::pushgateway {
namespace {

constexpr std::array kQuantiles{0.1, 0.5, 0.9};

void append_head(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
  out += "# HELP ";
  out += name;
  out += ' ';
  out += help;
  out += "\n# TYPE ";
  out += name;
  out += ' ';
  out += type;
  out += '\n';
}

void append_line(std::string& out, std::string_view series, double value) {
  out += series;
  out += ' ';
  append_number_exposition(out, value);
  out += '\n';
}

// The value that the share `quantile` of the observations does not exceed.
double quantile_of(std::span<const double> sorted, double quantile) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::ceil(quantile * static_cast<double>(sorted.size()));
  return sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

void append_summary(std::string& out, std::string_view name, std::string_view method,
                    const RollingSummary& summary, int64_t now_ns) {
  std::array<double, RollingSummary::kWindow> values;
  const size_t count = summary.window(now_ns, values);
  const std::string labels = "method=\"" + std::string(method) + "\"";
  for (const double quantile : kQuantiles) {
    std::string series = std::string(name) + "{" + labels + ",quantile=\"";
    append_number_exposition(series, quantile);
    append_line(out, series + "\"}", quantile_of(std::span(values).first(count), quantile));
  }
  append_line(out, std::string(name) + "_sum{" + labels + "}", summary.sum());
  append_line(out, std::string(name) + "_count{" + labels + "}", static_cast<double>(summary.count()));
}

}  // namespace

void RollingSummary::observe(double value, int64_t now_ns) {
  ring_[count_ % kWindow] = {now_ns, value};
  ++count_;
  sum_ += value;
}

size_t RollingSummary::window(int64_t now_ns, std::array<double, kWindow>& out) const {
  size_t found = 0;
  const auto filled = static_cast<size_t>(std::min<uint64_t>(count_, kWindow));
  for (const Observation& observation : std::span(ring_).first(filled)) {
    if (now_ns - observation.at_ns <= kAgeMaxNs) out[found++] = observation.value;
  }
  std::sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(found));
  return found;
}

void PushStats::count(const Request& request) {
  ++requests_[{request.status, std::string(request.handler), to_lower_ascii(request.method)}];
}

void PushStats::observe(std::string_view method, double seconds, double size_bytes, int64_t now_ns) {
  Pushes& pushes = pushes_[to_lower_ascii(method)];
  pushes.duration.observe(seconds, now_ns);
  pushes.size.observe(size_bytes, now_ns);
}

void PushStats::append(std::string& out, int64_t now_ns) const {
  if (!pushes_.empty()) {
    append_head(out, kPushDuration, kPushDurationHelp, "summary");
    for (const auto& [method, pushes] : pushes_)
      append_summary(out, kPushDuration, method, pushes.duration, now_ns);
    append_head(out, kPushSize, kPushSizeHelp, "summary");
    for (const auto& [method, pushes] : pushes_) append_summary(out, kPushSize, method, pushes.size, now_ns);
  }
  if (requests_.empty()) return;
  append_head(out, kRequests, kRequestsHelp, "counter");
  for (const auto& [key, count] : requests_) {
    const auto& [code, handler, method] = key;
    append_line(out,
                std::string(kRequests) + "{code=\"" + std::to_string(code) + "\",handler=\"" + handler +
                    "\",method=\"" + method + "\"}",
                static_cast<double>(count));
  }
}

}  // namespace sonde::pushgateway
