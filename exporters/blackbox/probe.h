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
}

namespace sonde::blackbox {

class Resolver;

// What probers share; outlives every probe.
struct ProbeTools {
  loop::EventLoop& loop;
  const Clock& clock;
  http::Client& http_client;
  Resolver& resolver;
  std::string user_agent;
};

struct ProbeOutcome {
  bool success = false;
  std::string page;  // the metrics, text 0.0.4
  std::string log;
};

class Probe : public std::enable_shared_from_this<Probe> {
 public:
  Probe(ProbeTools& tools, Module module, std::string target, std::string host_name,
        std::chrono::nanoseconds timeout, std::function<void(ProbeOutcome)> done);

  ProbeTools& tools() { return tools_; }
  const Module& module() const { return module_; }
  const std::string& target() const { return target_; }
  const std::string& host_name() const { return host_name_; }  // of the request's hostname parameter, or ""
  exposition::MetricSink& sink() { return sink_; }

  int64_t deadline_monotonic_ns() const { return deadline_monotonic_ns_; }
  // What is left, at least 1 ms.
  std::chrono::milliseconds time_left() const;
  double seconds_since(int64_t monotonic_ns) const;

  void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

  // Ends the probe, once; what comes later is ignored.
  void finish(bool success);
  bool finished() const { return done_ == nullptr; }

 private:
  ProbeTools& tools_;
  const Module module_;
  const std::string target_;
  const std::string host_name_;
  const int64_t begin_monotonic_ns_;
  const int64_t deadline_monotonic_ns_;
  std::function<void(ProbeOutcome)> done_;
  exposition::MetricSink sink_;
  std::string log_;
};

}  // namespace sonde::blackbox
