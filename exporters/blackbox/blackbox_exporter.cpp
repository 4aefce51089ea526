#include "exporters/blackbox/blackbox_exporter.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/percent.h"
#include "common/core/text.h"
#include "common/core/version.h"
#include "common/yaml/writer.h"
#include "exporters/blackbox/both_protocols.h"
#include "exporters/blackbox/config_files.h"
#include "exporters/blackbox/prober.h"

namespace sonde::blackbox {
namespace {

constexpr std::string_view kDefaultModule = "http_2xx";
constexpr std::optional<double> kTimeoutSecondsWithoutHeader = 120;
constexpr std::chrono::milliseconds kReloadIntervalMin{1000};
constexpr double kTimeoutSecondsMax = 1e6;

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

// A probe in flight holds two descriptors, and the usual limit is 1024 (Go's programs raise it, too).
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // Where that is refused, fewer probes run at once.
}

// What each target sees of its module, in the form of the targets file.
yaml::Node show_targets(const Config& config) {
  yaml::Node out = yaml::make_list();
  for (const auto& [key, module] : config.targets) {
    yaml::Node entry = yaml::make_map();
    yaml::put(entry, "target", yaml::make_text(key.second));
    yaml::put(entry, "module", yaml::make_text(key.first));
    if (const yaml::Node* section = module.source.find(module.prober))
      yaml::put(entry, module.prober, hide_secrets(*section));
    out.items.push_back(std::move(entry));
  }
  return out;
}

// The Host header that the module sets; nullptr when it sets none.
const std::string* host_header(const HttpModule& module) {
  for (const auto& [name, value] : module.headers) {
    if (equals_ignoring_case(name, "Host")) return &value;
  }
  return nullptr;
}

}  // namespace

BlackboxExporter::BlackboxExporter(exporter::Context& context, const Options& options)
    : context_(context),
      options_(options),
      client_(context.loop, context.logger),
      domains_(context.clock, client_, context.logger),
      resolver_(context.loop, context.workers, tls_stores_),
      tools_{.loop = context.loop,
             .clock = context.clock,
             .http_client = client_,
             .resolver = resolver_,
             .tls_stores = tls_stores_,
             .logger = context.logger,
             .log_level = LogLevel::Info,
             .failure_info = options.failure_info,
             .user_agent = std::string("Blackbox-Exporter/") + kVersion},
      history_(static_cast<size_t>(std::max<int64_t>(options.history_limit, 0))),
      config_(std::make_shared<Config>()),
      reload_successful_(context.registry.gauge(kReloadSuccessful)),
      reload_time_(context.registry.gauge(kReloadTime)),
      unknown_modules_(context.registry.counter(kUnknownModules)) {}

Status BlackboxExporter::start() {
  raise_descriptor_limit();
  const auto level = parse_log_level(options_.log_prober);
  if (!level) return level.error().in("--log.prober");
  tools_.log_level = *level;
  if (auto loaded = reload(); !loaded) return loaded.error();
  add_routes();
  if (options_.auto_reload) watch_files();
  return Ok{};
}

Status BlackboxExporter::reload() {
  auto loaded = load_config(config_paths(options_));
  if (!loaded) {
    reload_successful_.set(0);
    return loaded.error();
  }
  reload_successful_.set(1);
  reload_time_.set(static_cast<double>(context_.clock.wall_ms()) / 1000);
  if (loaded->checksum == checksum_) return Ok{};
  for (const auto& [name, module] : loaded->config.modules) {
    if (module.http.client.oauth2) {
      context_.logger.warn("probes of this module go without a token: this version does not fetch any",
                           {{"module", name}});
    }
    if (find_prober(module.prober)->start != start_missing_probe) continue;
    context_.logger.warn("probes of this module will fail: this version does not run its prober",
                         {{"module", name}, {"prober", module.prober}});
  }
  config_ = std::make_shared<Config>(std::move(loaded->config));
  checksum_ = loaded->checksum;
  context_.logger.info("Loaded config file", {{"file", options_.config_file}});
  return Ok{};
}

void BlackboxExporter::watch_files() {
  context_.loop.after(std::max(options_.auto_reload_interval, kReloadIntervalMin), [this] {
    if (auto reloaded = reload(); !reloaded) {
      context_.logger.error("Error reloading configuration, the old one stays",
                            {{"err", reloaded.error().message()}});
    }
    watch_files();
  });
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
  auto scrape_timeout = header.empty() ? kTimeoutSecondsWithoutHeader : parse_number(header);
  if (!scrape_timeout) {
    return responder.send(http::text_response(
        500, "Failed to parse timeout from Prometheus header: " + quoted(header) + " is not a number\n"));
  }
  const std::string once(request.parameter("target").value_or(""));
  // Decoded once more than the query, as by the reference.
  const std::string target = decode_query(once).value_or(once);
  if (target.empty()) return responder.send(bad_request("Target parameter is missing"));

  // The module lives as long as its configuration, which a reload replaces.
  const auto own = config_->targets.find({name, target});
  const std::shared_ptr<const Module> module(config_,
                                             own == config_->targets.end() ? &found->second : &own->second);
  std::string host_name(request.parameter("hostname").value_or(""));
  const std::string* host = host_header(module->http);
  if (!host_name.empty() && module->prober == "http" && host != nullptr && *host != host_name) {
    return responder.send(bad_request("host header defined both in module configuration (" + *host +
                                      ") and with URL-parameter 'hostname' (" + host_name + ")"));
  }
  if (*scrape_timeout == 0) scrape_timeout = kTimeoutSecondsWithoutHeader;
  const auto timeout = choose_timeout(module->timeout, *scrape_timeout - options_.timeout_offset_seconds);
  // std::function copies what it holds, so the responder is shared with it.
  auto answer = std::make_shared<http::Responder>(std::move(responder));
  const auto done = [this, answer, target, module, request = std::move(request)](ProbeOutcome outcome) {
    if (module->domain_expiry.enabled)
      domains_.add(target_host(target), module->domain_expiry.bootstrap_url, outcome.page);
    ProbeRecord record{.id = 0,
                       .module = module,
                       .target = target,
                       .success = outcome.success,
                       .log = std::move(outcome.log),
                       .page = std::move(outcome.page)};
    const bool debug = request.parameter("debug") == "true";
    answer->send(debug ? http::text_response(200, write_report(record))
                       : exporter::expose(request, record.page));
    history_.add(std::move(record));
  };
  if (module->both_ip_protocols) {
    const ProbeRequest both{.module = module, .target = target, .host_name = host_name, .timeout = timeout};
    return probe_both_protocols(tools_, both, done);
  }
  find_prober(module->prober)
      ->start(std::make_shared<Probe>(tools_, module, target, std::move(host_name), timeout, done));
}

http::Response BlackboxExporter::show_config() const {
  yaml::Node modules = yaml::make_map();
  for (const auto& [name, module] : config_->modules) yaml::put(modules, name, hide_secrets(module.source));
  yaml::Node root = yaml::make_map();
  yaml::put(root, "modules", std::move(modules));
  if (!config_->targets.empty()) yaml::put(root, "targets", show_targets(*config_));
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
  return http::text_response(200, write_report(*record));
}

std::string BlackboxExporter::landing_html() const {
  return "<h2>Recent Probes</h2>\n" + write_history_table(history_);
}

}  // namespace sonde::blackbox
