#pragma once
// One probe while it runs: where its samples and log lines go and until when it may take. Loop thread. Made
// by the exporter, kept alive by the prober's callbacks, over when finish() is called.

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/exposition/metric_sink.h"
#include "common/loop/event_loop.h"
#include "exporters/blackbox/module.h"

namespace sonde::http {
class Client;
class TlsStores;
}  // namespace sonde::http

namespace sonde::blackbox {

class Resolver;

// What probers share; outlives every probe.
struct ProbeTools {
  loop::EventLoop& loop;
  const Clock& clock;
  http::Client& http_client;
  Resolver& resolver;
  http::TlsStores& tls_stores;
  Logger& logger;
  LogLevel log_level;  // of the probes' own lines that the process logs, too
  bool failure_info;   // exports probe_failure_info
  std::string user_agent;
};

// Where a probe failed and why, for probe_failure_info: words of a fixed list each.
struct Failure {
  std::string_view phase;   // resolve, connect, tls, request, response, validate
  std::string_view reason;  // timeout, refused, …
};

// "timeout", "permission", …: the reason that an error stands for.
std::string_view failure_reason(const Error& error);

struct ProbeOutcome {
  bool success = false;
  bool resolved = false;  // the target has an address of a family that the module takes
  double duration_seconds = 0;
  std::string page;  // the metrics, text 0.0.4
  std::string log;
};

class Probe : public std::enable_shared_from_this<Probe> {
 public:
  Probe(ProbeTools& tools, std::shared_ptr<const Module> module, std::string target, std::string host_name,
        std::chrono::nanoseconds timeout, std::function<void(ProbeOutcome)> done);

  ProbeTools& tools() { return tools_; }
  const Module& module() const { return *module_; }
  const std::string& target() const { return target_; }
  const std::string& host_name() const { return host_name_; }  // of the request's hostname parameter, or ""
  exposition::MetricSink& sink() { return sink_; }

  int64_t deadline_monotonic_ns() const { return deadline_monotonic_ns_; }
  int64_t begin_monotonic_ns() const { return begin_monotonic_ns_; }
  // What is left, at least 1 ms.
  std::chrono::milliseconds time_left() const;
  double seconds_since(int64_t monotonic_ns) const;

  void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

  void note_resolved() { resolved_ = true; }
  // Notes the first failure; the probe goes on until finish().
  void note_failure(Failure failure) {
    if (failure_.phase.empty()) failure_ = failure;
  }
  // Logs `message` with the error, and notes the failure in that phase.
  void log_failure(std::string_view phase, std::string_view message, const Error& error);

  // Ends the probe, once; what comes later is ignored.
  void finish(bool success);
  bool finished() const { return done_ == nullptr; }

 private:
  void log_to_process(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);

  ProbeTools& tools_;
  const std::shared_ptr<const Module> module_;  // Shared with the configuration, which may be reloaded.
  const std::string target_;
  const std::string host_name_;
  const int64_t begin_monotonic_ns_;
  const int64_t deadline_monotonic_ns_;
  std::function<void(ProbeOutcome)> done_;
  exposition::MetricSink sink_;
  std::string log_;
  Failure failure_;
  bool resolved_ = false;
};

}  // namespace sonde::blackbox
