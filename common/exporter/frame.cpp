// run(): the life of an exporter, from flags to a clean end.

#include "common/exporter/frame.h"

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <utility>

#include "common/core/service_manager.h"
#include "common/core/signals.h"
#include "common/exporter/build_info.h"
#include "common/exporter/connection_limit.h"
#include "common/exporter/telemetry.h"
#include "common/web/landing_page.h"
#include "common/web/route_prefix.h"
#include "common/web/status_page.h"
#include "common/web/web_filter.h"

namespace sonde::exporter {
namespace {

constexpr size_t kHeaderBytesMax = 16 * 1024;
constexpr size_t kHeapKeptBytes = 1024 * 1024;

// One arena for all threads, and pages of the size of a scrape are kept, not given back and faulted in again.
void tune_allocator() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(kHeapKeptBytes));
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(kHeapKeptBytes));
}

void print(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t length = ::write(fd, text.data(), text.size());
    if (length <= 0) return;
    text.remove_prefix(static_cast<size_t>(length));
  }
}

void add_web_flags(Flags& flags, const Application& application, WebFlags& web) {
  web.listen_addresses = {application.default_listen_address};
  if (application.has_telemetry_path) {
    flags.text("web.telemetry-path", web.telemetry_path, "Path under which to expose metrics.",
               {.environment = application.telemetry_path_environment});
  }
  if (application.has_disable_exporter_metrics) {
    flags.boolean("web.disable-exporter-metrics", web.disable_exporter_metrics,
                  "Exclude metrics about the exporter itself (promhttp_*, process_*).");
  }
  if (application.has_route_prefix) {
    flags.text(
        "web.external-url", web.external_url,
        "The URL under which this is reached from outside. Its path is the default of --web.route-prefix.");
    flags.text("web.route-prefix", web.route_prefix, "Prefix of the paths of all pages.");
  }
  if (application.has_max_requests) {
    flags.integer("web.max-requests", web.requests_max,
                  "Maximum number of parallel scrape requests. Use 0 to disable.");
  }
  web.connections_max = application.connections_max;
  add_connection_limit(flags, web.connections_max);
  flags.boolean("web.systemd-socket", web.systemd_socket,
                "Use systemd socket activation listeners instead of port listeners.");
  flags.list("web.listen-address", web.listen_addresses,
             "Addresses on which to expose metrics and web interface. Repeatable for multiple addresses.",
             {.environment = application.listen_address_environment});
  flags.text("web.config.file", web.web_config_file,
             "Path to configuration file that can enable TLS or authentication.");
  flags.text("log.level", web.log_level,
             "Only log messages with the given severity or above. One of: [debug, info, warn, error]");
  flags.text("log.format", web.log_format, "Output format of log messages. One of: [logfmt, json]");
}

Status set_up_log(Logger& logger, const WebFlags& web) {
  const auto level = parse_log_level(web.log_level);
  if (!level) return level.error();
  const auto format = parse_log_format(web.log_format);
  if (!format) return format.error();
  logger.set(*level, *format);
  return Ok{};
}

Status open_listeners(http::Server& server, const WebFlags& web) {
  if (!web.systemd_socket) {
    for (const std::string& address : web.listen_addresses) {
      auto listening = server.listen(address);
      if (!listening) return listening;
    }
    return Ok{};
  }
  const auto sockets = take_inherited_sockets();
  if (!sockets) return sockets.error().in("--web.systemd-socket");
  for (const int fd : *sockets) {
    auto listening = server.listen_on(fd);
    if (!listening) return listening;
  }
  return Ok{};
}

// Signals, readiness and the watchdog while the loop runs.
class Supervision {
 public:
  Supervision(Context& context, SignalDescriptor& signals, Exporter& exporter,
              std::chrono::milliseconds stop_grace)
      : context_(context), signals_(signals), exporter_(exporter), stop_grace_(stop_grace) {}

  Status begin() {
    auto watched = context_.loop.watch(signals_.fd(), EPOLLIN, [this](uint32_t) { on_signal(); });
    if (!watched) return watched;
    tell("READY=1");
    if (const auto interval = watchdog_interval()) keep_watchdog(*interval / 2);
    return Ok{};
  }

 private:
  void on_signal() {
    for (int signal = signals_.read(); signal != 0; signal = signals_.read()) {
      if (signal == SIGHUP) {
        reload();
      } else {
        stop();
      }
    }
  }

  void reload() {
    const auto reloaded = exporter_.reload();
    if (reloaded) {
      context_.logger.info("Reloaded configuration");
    } else if (reloaded.error().code() == ErrorCode::Unsupported) {
      context_.logger.info("SIGHUP is ignored", {{"err", reloaded.error().message()}});
    } else {
      context_.logger.error("Error reloading configuration, the old one stays",
                            {{"err", reloaded.error().message()}});
    }
  }

  // A second signal does not wait for requests in flight.
  void stop() {
    if (stopping_) return context_.loop.stop();
    stopping_ = true;
    tell("STOPPING=1");
    context_.logger.info("Stopping");
    context_.server.stop(stop_grace_, [this] { context_.loop.stop(); });
  }

  void keep_watchdog(std::chrono::microseconds interval) {
    tell("WATCHDOG=1");
    context_.loop.after(interval, [this, interval] { keep_watchdog(interval); });
  }

  void tell(std::string_view state) {
    const auto told = notify_service_manager(state);
    if (!told) context_.logger.warn("cannot notify the service manager", {{"err", told.error().message()}});
  }

  Context& context_;
  SignalDescriptor& signals_;
  Exporter& exporter_;
  const std::chrono::milliseconds stop_grace_;
  bool stopping_ = false;
};

web::LandingPage landing_page(const Application& application, const WebFlags& web, const Exporter& exporter) {
  web::LandingPage page{.title = application.title,
                        .description = application.description,
                        .version = std::string(build_info().version),
                        .links = {},
                        .more = [&exporter] { return exporter.landing_html(); }};
  if (!web.telemetry_path.empty()) page.links.push_back({web.telemetry_path, "Metrics"});
  for (const Link& link : application.links) page.links.push_back({link.path, link.text});
  return page;
}

// Threads that hang in a system call or a client library cannot be ended. Destructors, ours and those that
// the libraries run at exit, would take away what they may still use, so that none runs: all is written by
// now. By the system call, since a leak sanitizer takes _exit() for an end of the program and looks for what
// the threads hold.
[[noreturn]] void leave_threads_behind(Logger& logger) {
  logger.info("Stopped; threads that hang are left behind");
  (void)::syscall(SYS_exit_group, 0);
  __builtin_unreachable();
}

// Everything that may fail between the flags and the loop.
Status serve(const Application& application, const WebFlags& web, const Flags& flags, Context& context,
             SignalDescriptor& signals) {
  const std::unique_ptr<Exporter> exporter = application.make(context);
  if (auto started = exporter->start(); !started) return started;
  Telemetry telemetry(*exporter, context,
                      {.build_info_name = application.build_info_name,
                       .requests_max = application.has_max_requests ? web.requests_max : 0,
                       .own_metrics = !web.disable_exporter_metrics,
                       .build_info = web.build_info,
                       .timeout_offset = application.timeout_offset});
  context.server.route("", web.telemetry_path,
                       [&telemetry](http::Request request, http::Responder responder) {
                         telemetry.serve(std::move(request), std::move(responder));
                       });
  if (web.telemetry_path != "/")
    web::serve_landing_page(context.server, landing_page(application, web, *exporter),
                            web::route_prefix(web.route_prefix, web.external_url));
  web::serve_health(context.server, application.title, [] { return true; });
  web::serve_status(context.server, [&] {
    return web::StatusFacts{
        .build = version_text(application.program), .flags = flags.values(), .memory = {}};
  });
  auto listening = open_listeners(context.server, web);
  if (!listening) return listening;
  for (const std::string& address : context.server.addresses()) {
    context.logger.info("Listening on", {{"address", address}});
  }
  Supervision supervision(context, signals, *exporter, application.stop_grace);
  auto begun = supervision.begin();
  if (!begun) return begun;
  context.loop.run();
  if (!context.workers.end()) leave_threads_behind(context.logger);
  return Ok{};
}

// The file of --web.config.file, or what the application's own flags say; nullptr when nobody says anything.
Result<std::unique_ptr<web::LiveConfig>> load_config(const Application& application, const WebFlags& web,
                                                     const Clock& clock, Logger& logger) {
  if (application.web_config) {
    auto own = application.web_config();
    if (!own) return own.error();
    if (*own && !web.web_config_file.empty()) {
      return Error(ErrorCode::InvalidArgument,
                   "--web.config.file has TLS and users already: leave out the other flags for them");
    }
    if (*own) return web::LiveConfig::of(std::move(**own), clock, logger);
  }
  if (web.web_config_file.empty()) return std::unique_ptr<web::LiveConfig>();
  return web::LiveConfig::load(web.web_config_file, clock, logger);
}

// Makes loop and server, with what web.config.file says.
Status serve_with(const Application& application, const WebFlags& web, const Flags& flags, const Clock& clock,
                  Logger& logger) {
  auto signals = SignalDescriptor::open();
  if (!signals) return signals.error();
  auto loop = loop::EventLoop::make(clock);
  if (!loop) return loop.error();
  const auto connections_max = check_connection_limit(web.connections_max);
  if (!connections_max) return connections_max.error();
  http::ServerOptions options{.header_bytes_max = kHeaderBytesMax,
                              .connections_max = *connections_max,
                              .route_prefix = web::route_prefix(web.route_prefix, web.external_url)};
  std::optional<web::WebFilter> filter;
  auto loaded = load_config(application, web, clock, logger);
  if (!loaded) return loaded.error();
  const std::unique_ptr<web::LiveConfig> config =
      std::move(*loaded);  // It outlives the server, as the filter.
  if (config) {
    if (config->serves_tls()) options.tls = [&config] { return config->tls(); };
    filter.emplace(*config, **loop);
  }
  if (application.adjust_server) {
    if (auto adjusted = application.adjust_server(options); !adjusted) return adjusted;
  }
  Registry registry;
  WorkerPool workers(application.workers);
  http::Server server(**loop, logger, std::move(options));
  if (filter) server.set_filter(&*filter);
  Context context{.clock = clock,
                  .logger = logger,
                  .loop = **loop,
                  .server = server,
                  .registry = registry,
                  .workers = workers};
  return serve(application, web, flags, context, *signals);
}

}  // namespace

void Exporter::scrape(const http::Request&, int64_t, Answer answer) {
  answer({});
}

int run(const Application& application, int argc, const char* const* argv) {
  tune_allocator();
  const SystemClock clock;
  Logger logger(clock, STDERR_FILENO);
  WebFlags web;
  Flags flags(application.program, application.description);
  if (application.add_flags) application.add_flags(flags);
  add_web_flags(flags, application, web);
  const Flags::Outcome outcome = flags.parse(argc, argv);
  if (!outcome.run) {
    print(outcome.exit_code == 0 ? STDOUT_FILENO : STDERR_FILENO, outcome.text);
    return outcome.exit_code;
  }
  auto set = application.adjust_web ? application.adjust_web(web) : Status(Ok{});
  if (set) set = set_up_log(logger, web);
  if (!set) {
    print(STDERR_FILENO, application.program + ": error: " + set.error().message() + ", try --help\n");
    return 1;
  }
  if (application.before_serving) {
    if (const auto code = application.before_serving()) return *code;
  }
  logger.info("Starting " + application.program, {{"version", std::string(build_info().version)}});
  for (const std::string& name : flags.ignored_given()) {
    logger.warn("flag has no effect here and is accepted for compatibility", {{"flag", "--" + name}});
  }
  const auto served = serve_with(application, web, flags, clock, logger);
  if (!served) {
    logger.error("cannot start", {{"err", served.error().message()}});
    return 1;
  }
  logger.info("Stopped");
  return 0;
}

}  // namespace sonde::exporter
