#include "exporters/pushgateway/gateway.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "common/core/text.h"
#include "common/exposition/protobuf_reader.h"
#include "common/io/gzip.h"
#include "exporters/pushgateway/persistence.h"
#include "exporters/pushgateway/push_body.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kPushPath = "/metrics/";
constexpr size_t kDecodedBytesMax = 64 << 20;
constexpr std::chrono::milliseconds kPersistenceIntervalMin{100};  // "0s" must not keep the loop awake

constexpr Desc kRequests{.name = "pushgateway_http_requests_total",
                         .help = "Total HTTP requests processed by the Pushgateway, excluding scrapes.",
                         .type = MetricType::Counter,
                         .labels = {"code", "handler", "method"}};

// The families that the gateway exposes about itself, whose types a push may not change.
std::map<std::string, MetricType, std::less<>> own_families() {
  return {{"pushgateway_build_info", MetricType::Gauge},
          {"pushgateway_http_requests_total", MetricType::Counter},
          {"process_cpu_seconds_total", MetricType::Counter},
          {"process_max_fds", MetricType::Gauge},
          {"process_open_fds", MetricType::Gauge},
          {"process_resident_memory_bytes", MetricType::Gauge},
          {"process_start_time_seconds", MetricType::Gauge},
          {"process_virtual_memory_bytes", MetricType::Gauge},
          {"process_virtual_memory_max_bytes", MetricType::Gauge},
          {"promhttp_metric_handler_errors_total", MetricType::Counter},
          {"promhttp_metric_handler_requests_in_flight", MetricType::Gauge},
          {"promhttp_metric_handler_requests_total", MetricType::Counter},
          {"push_failure_time_seconds", MetricType::Gauge},
          {"push_time_seconds", MetricType::Gauge}};
}

bool is_protobuf(const http::Request& request) {
  const std::string_view type = request.header("Content-Type");
  return type.starts_with("application/vnd.google.protobuf") &&
         type.find("proto=io.prometheus.client.MetricFamily") != std::string_view::npos &&
         type.find("encoding=delimited") != std::string_view::npos;
}

// The body as text format, decompressed.
Result<std::string> text_body(const http::Request& request) {
  std::string body = request.body;
  const std::string_view encoding = request.header("Content-Encoding");
  if (encoding == "gzip") {
    auto decoded = io::gunzip(body, kDecodedBytesMax);
    if (!decoded) return decoded.error();
    body = std::move(*decoded);
  } else if (!encoding.empty() && encoding != "identity") {
    return Error(ErrorCode::Unsupported,
                 "unsupported Content-Encoding " + quoted(encoding) + " (want gzip or none)");
  }
  if (!is_protobuf(request)) return body;
  std::string text;
  if (auto converted = exposition::append_protobuf_as_text(body, text); !converted) return converted.error();
  return text;
}

double now_seconds(const Clock& clock) {
  return static_cast<double>(clock.wall_ms()) / 1000;
}

}  // namespace

Gateway::Gateway(exporter::Context& context, Options options)
    : context_(context), options_(std::move(options)), store_(own_families()) {}

Gateway::~Gateway() {
  persist();
}

Status Gateway::start() {
  if (!options_.persistence_file.empty()) {
    if (auto loaded = load(io::real_file_system(), options_.persistence_file, store_); !loaded) {
      context_.logger.error("could not load persisted metrics, starting empty",
                            {{"err", loaded.error().message()}});
      store_.wipe();
    }
    persisted_version_ = store_.version();
    schedule_persistence();
  }
  add_routes();
  return Ok{};
}

std::string Gateway::metrics_page() const {
  std::string page;
  store_.render(page);
  return page;
}

void Gateway::add_routes() {
  add_route("PUT POST DELETE", kPushPath, "push", &Gateway::handle_group);
  add_route("GET", "/-/ready", "ready", &Gateway::ready);
  add_route("PUT POST", "/-/quit", "quit", &Gateway::quit);
  if (options_.enable_admin_api) add_route("PUT", "/api/v1/admin/wipe", "wipe", &Gateway::wipe);
}

void Gateway::add_route(std::string_view methods, std::string_view path, std::string_view handler_name,
                        http::Response (Gateway::*handle)(const http::Request&)) {
  context_.server.route(methods, path,
                        [this, handle, handler_name](http::Request request, http::Responder responder) {
                          http::Response response = (this->*handle)(request);
                          const std::string code = std::to_string(response.status);
                          const std::string method = to_lower_ascii(request.method);
                          const std::string_view name = method == "delete" ? "delete" : handler_name;
                          context_.registry.counter(kRequests, {code, name, method}).add();
                          responder.send(std::move(response));
                        });
}

http::Response Gateway::handle_group(const http::Request& request) {
  auto key = parse_grouping_key(std::string_view(request.raw_path).substr(kPushPath.size()),
                                options_.enable_utf8_names);
  if (!key) {
    const int status = key.error().code() == ErrorCode::NotFound ? 404 : 400;
    return http::text_response(status, key.error().message() + "\n");
  }
  if (request.method == "DELETE") {
    store_.remove(*key);
    return http::text_response(202, "");
  }
  return push(request, *key);
}

http::Response Gateway::push(const http::Request& request, const GroupingKey& key) {
  const double now = now_seconds(context_.clock);
  const auto body = text_body(request);
  if (!body) return http::text_response(400, body.error().message() + "\n");
  auto families = parse_push_body(*body, key);
  if (!families) {
    // What could not be read leaves no trace; what was read and is not allowed is a failed push.
    if (families.error().code() == ErrorCode::Unsupported) store_.mark_failure(key, now);
    return http::text_response(400, families.error().message() + "\n");
  }
  const PushMode mode = request.method == "PUT" ? PushMode::ReplaceGroup : PushMode::ReplaceFamilies;
  const bool check = !options_.disable_consistency_check;
  if (auto pushed = store_.push(key, std::move(*families), mode, now, check); !pushed) {
    context_.logger.warn("pushed metrics are invalid or inconsistent with existing metrics",
                         {{"group", key.labels.to_string()}, {"err", pushed.error().message()}});
    return http::text_response(400, pushed.error().message() + "\n");
  }
  return http::text_response(check ? 200 : 202, "");
}

http::Response Gateway::wipe(const http::Request&) {
  store_.wipe();
  return http::text_response(202, "");
}

http::Response Gateway::quit(const http::Request&) {
  if (!options_.enable_lifecycle) return http::text_response(403, "Lifecycle API is not enabled.");
  // The same way out as from the outside, so that everything is persisted.
  ::kill(::getpid(), SIGTERM);
  return http::text_response(200, "Requesting termination... Goodbye!");
}

http::Response Gateway::ready(const http::Request&) {
  return http::text_response(200, "OK");
}

void Gateway::persist() {
  if (options_.persistence_file.empty() || store_.version() == persisted_version_) return;
  const uint64_t version = store_.version();
  if (auto saved = save(io::real_file_system(), options_.persistence_file, store_); !saved) {
    context_.logger.error("could not persist metrics", {{"err", saved.error().message()}});
    return;
  }
  persisted_version_ = version;
}

void Gateway::schedule_persistence() {
  context_.loop.after(std::max(options_.persistence_interval, kPersistenceIntervalMin), [this] {
    persist();
    schedule_persistence();
  });
}

}  // namespace sonde::pushgateway
