#include "exporters/blackbox/blackbox_exporter.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/core/version.h"
#include "common/io/file_system.h"
#include "common/web/landing_page.h"
#include "common/yaml/writer.h"
#include "exporters/blackbox/prober.h"

namespace sonde::blackbox {
namespace {

constexpr std::string_view kDefaultModule = "http_2xx";
constexpr std::optional<double> kTimeoutSecondsWithoutHeader = 120;
constexpr double kTimeoutSecondsMax = 1e6;
constexpr size_t kConfigBytesMax = 16 << 20;

constexpr Desc kReloadSuccessful{"blackbox_exporter_config_last_reload_successful",
                                 "Blackbox exporter config loaded successfully."};
constexpr Desc kReloadTime{"blackbox_exporter_config_last_reload_success_timestamp_seconds",
                           "Timestamp of the last successful configuration reload."};
constexpr Desc kUnknownModules{"blackbox_module_unknown_total",
                               "Count of unknown modules requested by probes", MetricType::Counter};

http::Response bad_request(std::string message) {
  return http::text_response(400, std::move(message) + "\n");
}

// The module's own timeout unless the scraper gives up sooner; when nothing of the scraper's is left, the
// module's.
std::chrono::nanoseconds choose_timeout(std::chrono::milliseconds of_module, double seconds_left) {
  if (!(seconds_left > 0)) seconds_left = 0;  // A header may say "NaN".
  const std::chrono::nanoseconds left(static_cast<int64_t>(std::min(seconds_left, kTimeoutSecondsMax) * 1e9));
  if (of_module.count() == 0) return std::max(left, std::chrono::nanoseconds(std::chrono::milliseconds(1)));
  return left.count() == 0 ? of_module : std::min<std::chrono::nanoseconds>(of_module, left);
}

void append_row(std::string& page, const ProbeRecord& record) {
  page += "<tr><td>" + web::escape_html(record.module) + "</td><td>" + web::escape_html(record.target) +
          "</td><td>" + (record.success ? "Success" : "<strong>Failure</strong>") +
          "</td><td><a href=\"logs?id=" + std::to_string(record.id) + "\">Logs</a></td></tr>\n";
}

}  // namespace

Result<Config> load_config(const std::string& path) {
  auto text = io::read_file(io::real_file_system(), path, kConfigBytesMax);
  if (!text) return text.error();
  Config config;
  if (auto loaded = yaml::load(*text, path, config); !loaded) return loaded.error();
  return config;
}

BlackboxExporter::BlackboxExporter(exporter::Context& context, const Options& options)
    : context_(context),
      options_(options),
      client_(context.loop, context.logger),
      resolver_(context.loop),
      tools_{context.loop, context.clock, client_, resolver_, std::string("Blackbox-Exporter/") + kVersion},
      history_(static_cast<size_t>(std::max<int64_t>(options.history_limit, 0))),
      config_(std::make_shared<Config>()),
      reload_successful_(context.registry.gauge(kReloadSuccessful)),
      reload_time_(context.registry.gauge(kReloadTime)),
      unknown_modules_(context.registry.counter(kUnknownModules)) {}

Status BlackboxExporter::start() {
  if (auto level = parse_log_level(options_.log_prober); !level) return level.error().in("--log.prober");
  if (auto loaded = reload(); !loaded) return loaded.error();
  add_routes();
  return Ok{};
}

Status BlackboxExporter::reload() {
  auto config = load_config(options_.config_file);
  if (!config) {
    reload_successful_.set(0);
    return config.error();
  }
  for (const auto& [name, module] : config->modules) {
    if (find_prober(module.prober)->start != start_missing_probe) continue;
    context_.logger.warn("probes of this module will fail: this version does not run its prober",
                         {{"module", name}, {"prober", module.prober}});
  }
  config_ = std::make_shared<Config>(std::move(*config));
  reload_successful_.set(1);
  reload_time_.set(static_cast<double>(context_.clock.wall_ms()) / 1000);
  context_.logger.info("Loaded config file", {{"file", options_.config_file}});
  return Ok{};
}

void BlackboxExporter::add_routes() {
  http::Server& server = context_.server;
  server.route("GET", "/probe", [this](http::Request request, http::Responder responder) {
    handle_probe(std::move(request), std::move(responder));
  });
  server.route("GET", "/config",
               [this](http::Request, http::Responder responder) { responder.send(show_config()); });
  server.route("GET", "/logs", [this](http::Request request, http::Responder responder) {
    responder.send(show_log(request));
  });
  server.route("GET", "/history",
               [this](http::Request, http::Responder responder) { responder.send(show_history()); });
  server.route("POST", "/-/reload", [this](http::Request, http::Responder responder) {
    const Status status = reload();
    responder.send(
        status ? http::text_response(200, "")
               : http::text_response(500, "failed to reload config: " + status.error().message() + "\n"));
  });
}

void BlackboxExporter::handle_probe(http::Request request, http::Responder responder) {
  const std::string name(request.parameter("module").value_or(kDefaultModule));
  const auto found = config_->modules.find(name);
  if (found == config_->modules.end()) {
    unknown_modules_.add();
    return responder.send(bad_request("Unknown module " + quoted(name)));
  }
  const std::string_view header = request.header("X-Prometheus-Scrape-Timeout-Seconds");
  const auto scrape_timeout = header.empty() ? kTimeoutSecondsWithoutHeader : parse_number(header);
  if (!scrape_timeout) {
    return responder.send(http::text_response(
        500, "Failed to parse timeout from Prometheus header: " + quoted(header) + " is not a number\n"));
  }
  const std::string target(request.parameter("target").value_or(""));
  if (target.empty()) return responder.send(bad_request("Target parameter is missing"));

  const Module& module = found->second;
  const auto timeout = choose_timeout(module.timeout, *scrape_timeout - options_.timeout_offset_seconds);
  const bool debug = request.parameter("debug") == "true";
  const std::string host_name(request.parameter("hostname").value_or(""));
  // std::function copies what it holds, so the responder is shared with it.
  auto answer = std::make_shared<http::Responder>(std::move(responder));
  const auto done = [this, answer, debug, name, target, module, request](ProbeOutcome outcome) {
    std::string text = report(module, outcome);
    answer->send(debug ? http::text_response(200, text) : exporter::expose(request, std::move(outcome.page)));
    history_.add(
        {.id = 0, .module = name, .target = target, .success = outcome.success, .report = std::move(text)});
  };
  const Prober* prober = find_prober(module.prober);
  prober->start(std::make_shared<Probe>(tools_, module, target, host_name, timeout, done));
}

std::string BlackboxExporter::report(const Module& module, const ProbeOutcome& outcome) const {
  return "Logs for the probe:\n" + outcome.log + "\n\n\nMetrics that would have been returned:\n" +
         outcome.page + "\n\n\nModule configuration:\n" + yaml::write(hide_secrets(module.source));
}

http::Response BlackboxExporter::show_config() const {
  yaml::Node modules = yaml::make_map();
  for (const auto& [name, module] : config_->modules) yaml::put(modules, name, hide_secrets(module.source));
  yaml::Node root = yaml::make_map();
  yaml::put(root, "modules", std::move(modules));
  return http::text_response(200, yaml::write(root));
}

http::Response BlackboxExporter::show_log(const http::Request& request) const {
  const ProbeRecord* record = nullptr;
  if (const auto id = request.parameter("id")) {
    const auto number = parse_unsigned(*id);
    if (!number) return bad_request("Invalid probe id");
    record = history_.find(*number);
  } else if (const auto target = request.parameter("target")) {
    record = history_.find(*target, request.parameter("module").value_or(""));
  } else {
    return bad_request("Missing probe id or target");
  }
  if (record == nullptr) return http::text_response(404, "Probe not found\n");
  return http::text_response(200, record->report);
}

http::Response BlackboxExporter::show_history() const {
  std::string page =
      "<!DOCTYPE html><html><head><title>Recent probes</title></head><body><h1>Recent probes</h1>\n"
      "<table border=\"1\"><tr><th>Module</th><th>Target</th><th>Result</th><th>Debug</th></tr>\n";
  for (const auto* list : {&history_.recent(), &history_.failures()}) {
    for (auto record = list->rbegin(); record != list->rend(); ++record) append_row(page, *record);
  }
  return http::html_response(page + "</table></body></html>\n");
}

}  // namespace sonde::blackbox
