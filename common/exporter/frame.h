#pragma once
// The frame of every exporter: parses flags, serves the landing page, /metrics and health, runs collectors
// with deadlines, and stops cleanly on a signal. An exporter is a main() that fills an Application, whose
// make() gives the Exporter, and calls run().

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/result.h"
#include "common/exporter/collector.h"
#include "common/exporter/flags.h"
#include "common/exporter/worker_pool.h"
#include "common/http_server/server.h"
#include "common/loop/event_loop.h"
#include "common/web/web_config.h"

namespace sonde::exporter {

// One enabled collector and its facts, made after the flags are known.
struct CollectorEntry {
  std::string name;
  std::unique_ptr<Collector> collector;
  bool may_block = false;  // runs on the worker pool, so that a hung mount or peer costs only itself
};

// A set of collectors that are scraped together into one page. Keeps its sinks between scrapes.
// `duration_family` and `success_family` are "node_scrape_collector_duration_seconds" and so on.
class CollectorSet {
 public:
  struct Names {
    const Desc* duration = nullptr;  // label {collector}; nullptr: not exported
    const Desc* success = nullptr;
  };
  // What the arguments refer to outlives the set and every job of `workers`.
  CollectorSet(std::vector<CollectorEntry> collectors, Names names, const Clock& clock, Logger& logger,
               WorkerPool& workers);
  ~CollectorSet();

  // The collect[] / exclude[] parameters of a request; both empty: all.
  struct Selection {
    std::vector<std::string> include{};
    std::vector<std::string> exclude{};
  };
  // Collectors that are known but were not enabled, so that collect[] can say which it is.
  void set_disabled(std::vector<std::string> names);
  Status check(const Selection& selection) const;

  // Runs the selected collectors and calls `done` on the loop's thread with the text page. What is not back
  // by the deadline is left out and marked with success 0; it is not started again before it returned.
  void collect(loop::EventLoop& loop, const Selection& selection, int64_t deadline_monotonic_ns,
               std::function<void(std::string page)> done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Parts that every handler of an exporter may use; they outlive the server.
struct Context {
  const Clock& clock;
  Logger& logger;
  loop::EventLoop& loop;
  http::Server& server;
  Registry& registry;   // the exporter's own metrics, already served on the telemetry path
  WorkerPool& workers;  // the process's only threads for what may block
};

// Gets the answer to a request: called once, on the loop's thread.
using Answer = std::function<void(http::Response)>;

// What the frame knows of an exporter. Loop thread; lives until the server has stopped and no worker is left
// that might use it.
class Exporter {
 public:
  virtual ~Exporter() = default;

  // Builds what may fail and adds routes beyond the frame's own. A failure ends the process with exit code 1
  // and its message.
  virtual Status start() { return Ok{}; }

  // Serves the telemetry path: the answer's body is a page in text 0.0.4, its families sorted by name. The
  // frame adds own metrics, negotiates the format and compresses.
  virtual void scrape(const http::Request& request, int64_t deadline_monotonic_ns, Answer answer);

  // HTML for the page at "/", below its links; made for each request.
  virtual std::string landing_html() const { return ""; }

  // On SIGHUP. On failure everything stays as it was.
  virtual Status reload() { return Error(ErrorCode::Unsupported, "there is nothing to reload"); }

  // The content of /proc/self/net/netstat, when scrape() has just read it; it saves process_* a second read.
  virtual std::string_view netstat() { return {}; }
};

// The flags that every exporter has (exporters.md 7.1), with its own default port.
struct WebFlags {
  std::vector<std::string> listen_addresses;
  bool systemd_socket = false;
  std::string web_config_file;
  std::string telemetry_path = "/metrics";
  std::string external_url;  // where the original has --web.external-url and --web.route-prefix
  std::string route_prefix;
  int64_t connections_max = 0;  // the application's own, unless given
  int64_t requests_max = 40;    // where the original has --web.max-requests
  bool disable_exporter_metrics = false;
  bool build_info = true;
  std::string log_level = "info";
  std::string log_format = "logfmt";
};

struct Link {
  std::string path;
  std::string text;
};

struct Application {
  std::string program;  // "sonde-node-exporter"
  std::string title;    // "Node Exporter"
  std::string description;
  std::string build_info_name;         // "node_exporter_build_info"
  std::string default_listen_address;  // ":9100"
  // Adds the exporter's own flags.
  std::function<void(Flags&)> add_flags;
  // Runs after the flags are parsed; a value ends the process with that code before anything is served (a
  // configuration check). May be left out.
  std::function<std::optional<int>()> before_serving = nullptr;
  // Changes the frame's flags after they are parsed, where the original has others that mean the same. May be
  // left out.
  std::function<Status(WebFlags&)> adjust_web = nullptr;
  // What such flags say of TLS and users; nothing where they are not given. Then there is no
  // --web.config.file. May be left out.
  std::function<Result<std::optional<web::WebConfig>>()> web_config = nullptr;
  // The variables that set --web.listen-address and --web.telemetry-path, where the original has them.
  std::string listen_address_environment = {};
  std::string telemetry_path_environment = {};
  // Changes what the flags ask for in the server's options (limits, a route prefix). May be left out.
  std::function<Status(http::ServerOptions&)> adjust_server = nullptr;
  // Makes the exporter when the flags are known; `context` outlives it.
  std::function<std::unique_ptr<Exporter>(Context& context)> make;
  std::vector<Link> links = {};  // more links for the landing page
  WorkerPool::Limits workers{};
  bool has_max_requests = false;  // the original has --web.max-requests
  bool has_disable_exporter_metrics = false;
  bool has_telemetry_path = true;
  unsigned connections_max = http::ServerOptions{}.connections_max;
  bool has_route_prefix = false;  // the original has --web.external-url and --web.route-prefix
  // Taken off the scraper's timeout header for our own deadline.
  std::chrono::milliseconds timeout_offset{500};
  // How long requests that are under way may take when the process is told to stop.
  std::chrono::milliseconds stop_grace{500};
};

// Answers a request with a page in text 0.0.4: in that format, or made into protobuf or OpenMetrics where the
// client's Accept header asks for it and the original offers it. For handlers beside the telemetry path
// (/probe, /scrape).
http::Response expose(const http::Request& request, std::string text_page);

// An answer for such a handler: a page, which is status 200, goes through expose(), all else as it is.
Answer answer_by(http::Request request, http::Responder responder);

// The deadline for work on behalf of this request: now plus the scraper's timeout header (or `fallback`) less
// `offset`.
int64_t deadline_of(const http::Request& request, const Clock& clock, std::chrono::milliseconds fallback,
                    std::chrono::milliseconds offset);

// The whole life of an exporter: returns the process's exit code.
int run(const Application& application, int argc, const char* const* argv);

}  // namespace sonde::exporter
