#include "exporters/blackbox/probe.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "common/core/text.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kSuccess{"probe_success", "Displays whether or not the probe was a success"};
constexpr Desc kDuration{"probe_duration_seconds", "Returns how long the probe took to complete in seconds"};
constexpr Desc kTimeout{"probe_timeout_seconds", "Returns the timeout of the probe in seconds"};
constexpr Desc kFailureInfo{"probe_failure_info",
                            "Where and why the probe failed, 1; only with --probe.failure-info",
                            MetricType::Gauge,
                            {"phase", "reason"}};
constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warn", "error"};
constexpr size_t kLogBytesMax = 256 * 1024;

}  // namespace

std::string_view failure_reason(const Error& error) {
  switch (error.code()) {
    case ErrorCode::DeadlineExceeded:
      return "timeout";
    case ErrorCode::NotFound:
      return "not_found";
    case ErrorCode::PermissionDenied:
      return "permission";
    case ErrorCode::LimitExceeded:
      return "limit";
    case ErrorCode::Truncated:
    case ErrorCode::Corrupt:
      return "protocol";
    case ErrorCode::InvalidArgument:
    case ErrorCode::Unsupported:
      return "configuration";
    default:
      return "unavailable";
  }
}

Probe::Probe(ProbeTools& tools, std::shared_ptr<const Module> module, std::string target,
             std::string host_name, std::chrono::nanoseconds timeout, std::function<void(ProbeOutcome)> done)
    : tools_(tools),
      module_(std::move(module)),
      target_(std::move(target)),
      host_name_(std::move(host_name)),
      begin_monotonic_ns_(tools.clock.monotonic_ns()),
      deadline_monotonic_ns_(begin_monotonic_ns_ + timeout.count()),
      done_(std::move(done)) {
  sink_.sample(kTimeout, static_cast<double>(timeout.count()) / 1e9);
}

std::chrono::milliseconds Probe::time_left() const {
  const int64_t left_ns = deadline_monotonic_ns_ - tools_.clock.monotonic_ns();
  return std::chrono::milliseconds(std::max<int64_t>(left_ns / 1'000'000, 1));
}

double Probe::seconds_since(int64_t monotonic_ns) const {
  return static_cast<double>(tools_.clock.monotonic_ns() - monotonic_ns) / 1e9;
}

void Probe::log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level >= tools_.log_level) log_to_process(level, message, fields);
  if (log_.size() > kLogBytesMax) return;
  log_ += "time=" + write_rfc3339_ms(tools_.clock.wall_ms());
  log_ += " level=";
  log_ += kLevels[static_cast<size_t>(level)];
  log_ += " msg=" + quoted(message, message.size());
  for (const LogField& field : fields) {
    log_ += " ";
    log_ += field.key;
    log_ += "=" + quoted(field.value, 1024);
  }
  log_ += '\n';
}

void Probe::log_to_process(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  std::vector<LogField> all(fields);
  all.insert(all.begin(), {{"module", module_->name}, {"target", target_}});
  tools_.logger.line(level, message, all);
}

void Probe::log_failure(std::string_view phase, std::string_view message, const Error& error) {
  note_failure({.phase = phase, .reason = failure_reason(error)});
  log(LogLevel::Error, message, {{"err", error.message()}});
}

void Probe::finish(bool success) {
  if (finished()) return;
  const double seconds = seconds_since(begin_monotonic_ns_);
  sink_.sample(kSuccess, success ? 1 : 0);
  sink_.sample(kDuration, seconds);
  if (!success && tools_.failure_info) {
    const bool known = !failure_.phase.empty();
    sink_.sample(kFailureInfo, {known ? failure_.phase : "unknown", known ? failure_.reason : "unknown"}, 1);
  }
  log(success ? LogLevel::Debug : LogLevel::Error, success ? "Probe succeeded" : "Probe failed",
      {{"duration_seconds", std::to_string(seconds)}});
  ProbeOutcome outcome{.success = success,
                       .resolved = resolved_,
                       .duration_seconds = seconds,
                       .page = {},
                       .log = std::move(log_)};
  const exposition::MetricSink* sink = &sink_;
  exposition::join_text({&sink, 1}, outcome.page);
  std::exchange(done_, nullptr)(std::move(outcome));
}

}  // namespace sonde::blackbox
