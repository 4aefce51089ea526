#include "exporters/pushgateway/gateway.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/core/duration.h"
#include "common/core/text.h"
#include "common/exporter/page_merge.h"
#include "common/io/file_system.h"
#include "exporters/pushgateway/aggregate.h"
#include "exporters/pushgateway/api.h"
#include "exporters/pushgateway/group_matcher.h"
#include "exporters/pushgateway/push_body.h"
#include "exporters/pushgateway/push_reader.h"
#include "exporters/pushgateway/record_format.h"
#include "exporters/pushgateway/status_page.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kPushPath = "/metrics/";
constexpr std::string_view kTtlHeader = "X-Sonde-TTL";
constexpr std::string_view kAggregateHeader = "X-Sonde-Aggregate";
constexpr std::chrono::milliseconds kPersistenceIntervalMin{100};  // "0s" must not keep the loop awake
constexpr std::chrono::seconds kExpiryInterval{1};
constexpr size_t kRecordKeptBytes = 1024 * 1024;  // a larger one's memory is given back
constexpr size_t kPageRoomBytes = 32 * 1024;      // for what the frame adds, and for growth

// What stands on every page of ours: a push may not give it another type, and our help wins. The push times
// are the store's own.
OwnFamilies own_families() {
  using enum MetricType;
  return {
      {"process_cpu_seconds_total", {Counter, "Total user and system CPU time spent in seconds."}},
      {"process_max_fds", {Gauge, "Maximum number of open file descriptors."}},
      {"process_network_receive_bytes_total",
       {Counter, "Number of bytes received by the process over the network."}},
      {"process_network_transmit_bytes_total",
       {Counter, "Number of bytes sent by the process over the network."}},
      {"process_open_fds", {Gauge, "Number of open file descriptors."}},
      {"process_resident_memory_bytes", {Gauge, "Resident memory size in bytes."}},
      {"process_start_time_seconds", {Gauge, "Start time of the process since unix epoch in seconds."}},
      {"process_virtual_memory_bytes", {Gauge, "Virtual memory size in bytes."}},
      {"process_virtual_memory_max_bytes", {Gauge, "Maximum amount of virtual memory available in bytes."}},
      {"promhttp_metric_handler_errors_total",
       {Counter, "Total number of internal errors encountered by the promhttp metric handler."}},
      {"promhttp_metric_handler_requests_in_flight", {Gauge, "Current number of scrapes being served."}},
      {"promhttp_metric_handler_requests_total", {Counter, "Total number of scrapes by HTTP status code."}},
      {"pushgateway_build_info",
       {Gauge,
        "A metric with a constant '1' value labeled by version, revision, branch, compiler and platform "
        "from which this exporter was built."}},
      {kPushDuration, {Summary, kPushDurationHelp}},
      {kPushSize, {Summary, kPushSizeHelp}},
      {kRequests, {Counter, kRequestsHelp}}};
}

int status_of(const Error& error) {
  switch (error.code()) {
    case ErrorCode::NotFound:
      return 404;
    case ErrorCode::LimitExceeded:
      return 413;
    case ErrorCode::Unavailable:
      return 429;
    case ErrorCode::Io:
      return 503;
    default:
      return 400;
  }
}

http::Response error_response(const Error& error) {
  return http::text_response(status_of(error), error.message() + "\n");
}

// What the reference's instrumentation takes for a request's size.
double request_bytes(const http::Request& request) {
  size_t size = request.raw_path.size() + request.method.size() + request.body.size() + 8;
  for (const http::Header& header : request.headers) size += header.name.size() + header.value.size();
  return static_cast<double>(size);
}

// The time to live that a push asks for; nullopt where it does not.
Result<std::optional<int64_t>> ttl_of(const http::Request& request) {
  const std::string_view text = request.header(kTtlHeader);
  if (text.empty()) return std::optional<int64_t>();
  const auto ttl = parse_duration(text);
  if (!ttl) return ttl.error().in(kTtlHeader);
  return std::optional<int64_t>(ttl->count());
}

Error inconsistent(std::string what) {
  return Error(ErrorCode::InvalidArgument,
               "pushed metrics are invalid or inconsistent with existing metrics: " + std::move(what));
}

}  // namespace

Gateway::Gateway(exporter::Context& context, const exporter::Flags& flags, Options options)
    : context_(context),
      flags_(flags),
      options_(std::move(options)),
      store_(own_families()),
      start_time_seconds_(now_seconds()) {
  const bool has_ttl = options_.ttl.count() > 0 || !options_.ttl_ms_by_job.empty();
  if (has_ttl) {
    store_.set_ttl([this](std::string_view job) {
      const auto found = options_.ttl_ms_by_job.find(job);
      return found == options_.ttl_ms_by_job.end() ? options_.ttl.count() : found->second;
    });
  }
}

Status Gateway::start() {
  if (!options_.persistence_file.empty()) {
    persistence_ = std::make_unique<Persistence>(
        Persistence::Parts{context_.loop, context_.logger, io::real_file_system(), store_},
        options_.persistence_file, options_.persistence_sync);
    if (auto opened = persistence_->open(); !opened) return opened;
    schedule_persistence();
  }
  arm_expiry();
  add_routes();
  return Ok{};
}

double Gateway::now_seconds() const {
  return static_cast<double>(context_.clock.wall_ms()) / 1000;
}

void Gateway::scrape(const http::Request& request, int64_t, exporter::Answer answer) {
  if (request.method != "GET" && request.method != "HEAD") {
    return answer({.status = 405, .body = "Method Not Allowed\n", .headers = {{"Allow", "GET"}}});
  }
  http::Response response;
  response.body.reserve(page_bytes_);
  store_.render(response.body);
  std::string own;
  stats_.append(own, context_.clock.monotonic_ns());
  exporter::merge_families(response.body, own);
  page_bytes_ = response.body.size() + kPageRoomBytes;
  answer(std::move(response));
}

void Gateway::add_routes() {
  add_route("PUT POST DELETE", kPushPath, "push", &Gateway::handle_group);
  add_route("GET", "/-/healthy", "healthy", &Gateway::healthy);
  add_route("GET", "/-/ready", "ready", &Gateway::healthy);
  add_route("PUT POST", "/-/quit", "quit", &Gateway::quit);
  add_route("GET", "/", "status", &Gateway::page);
  add_route("GET", "/status", "status", &Gateway::page);
  add_route("GET", "/static/", "static", &Gateway::static_file);
  add_route("GET", "/api/v1/status", "api/v1/status", &Gateway::api_status);
  add_route("GET", "/api/v1/metrics", "api/v1/metrics", &Gateway::api_metrics);
  add_route("", "/api/v1/", "api/v1/options", &Gateway::api_options);
  std::vector<std::string_view> api_paths{"/api/v1/status", "/api/v1/metrics"};
  if (options_.enable_admin_api) {
    add_route("PUT", "/api/v1/admin/wipe", "wipe", &Gateway::wipe);
    add_route("DELETE", "/api/v1/admin/groups", "delete", &Gateway::remove_matching);
    api_paths.insert(api_paths.end(), {"/api/v1/admin/wipe", "/api/v1/admin/groups"});
  }
  for (const std::string_view path : api_paths) {
    add_route("OPTIONS", path, "api/v1/options", &Gateway::api_options);
  }
}

void Gateway::add_route(std::string_view methods, std::string_view path, std::string_view handler_name,
                        Handle handle) {
  context_.server.route(
      methods, path, [this, handle, handler_name](http::Request request, http::Responder responder) {
        const int64_t begin_ns = context_.clock.monotonic_ns();
        http::Response response = (this->*handle)(request);
        const bool is_push = handle == &Gateway::handle_group;
        const bool is_delete = is_push && request.method == "DELETE";
        stats_.count({is_delete ? "delete" : handler_name, request.method, response.status});
        if (is_push && !is_delete) {
          const int64_t end_ns = context_.clock.monotonic_ns();
          stats_.observe(request.method, static_cast<double>(end_ns - begin_ns) / 1e9, request_bytes(request),
                         end_ns);
        }
        responder.send(std::move(response));
      });
}

std::string_view Gateway::below_prefix(const http::Request& request) const {
  return std::string_view(request.path).substr(options_.routes_below.size());
}

http::Response Gateway::handle_group(const http::Request& request) {
  const auto key =
      parse_grouping_key(below_prefix(request).substr(kPushPath.size()), options_.enable_utf8_names);
  if (!key) {
    // Too many labels are a bad path, not a large body.
    const bool absent = key.error().code() == ErrorCode::NotFound;
    return http::text_response(absent ? 404 : 400, key.error().message() + "\n");
  }
  return request.method == "DELETE" ? remove_group(*key) : push(request, *key);
}

http::Response Gateway::push(const http::Request& request, const GroupingKey& key) {
  const auto text = decode_body(
      {request.header("Content-Type"), request.header("Content-Encoding"), options_.body_bytes_max},
      request.body);
  if (!text) return error_response(text.error());
  auto body = PushReader(*text, key, options_.enable_utf8_names).read();
  if (!body) return error_response(body.error());
  const auto ttl_ms = ttl_of(request);
  if (!ttl_ms) return error_response(ttl_ms.error());
  // What could not be read leaves no trace; what was read and is not allowed is a failed push.
  if (body->has_timestamps)
    return refuse(request, key, inconsistent("pushed metrics must not have timestamps"));
  if (!body->reserved_label.empty() && !options_.disable_consistency_check) {
    return refuse(request, key, inconsistent("a label has an invalid name: " + quoted(body->reserved_label)));
  }
  const PushMode mode = request.method == "PUT" ? PushMode::ReplaceGroup : PushMode::ReplaceFamilies;
  if (!request.header(kAggregateHeader).empty()) {
    const AggregateRequest wanted{request.header(kAggregateHeader), options_.enable_aggregation,
                                  mode == PushMode::ReplaceFamilies};
    auto sums = aggregate(wanted, store_.find(key), key, std::move(body->families));
    if (!sums) return error_response(sums.error());
    body->families = std::move(*sums);
  }
  GroupStore::Times times = store_.times(key);
  times.push_seconds = now_seconds();
  times.ttl_ms = *ttl_ms;
  return store_push(request, key, std::move(body->families), mode, times);
}

http::Response Gateway::store_push(const http::Request& request, const GroupingKey& key,
                                   std::vector<PushedFamily> families, PushMode mode,
                                   GroupStore::Times times) {
  auto prepared = GroupStore::prepare(families, times.push_seconds);
  if (auto within = check_limits(key, prepared, mode); !within) return error_response(within.error());
  if (!options_.disable_consistency_check) {
    if (auto checked = store_.check(key, families, prepared, mode); !checked) {
      return refuse(request, key, checked.error());
    }
  }
  if (persistence_) {
    if (record_.capacity() > kRecordKeptBytes) record_ = {};
    record_.clear();
    append_group(record_, mode == PushMode::ReplaceGroup ? RecordKind::Replace : RecordKind::Merge, key,
                 times, prepared);
    if (auto written = persist(record_); !written) return error_response(written.error());
  }
  store_.apply(key, std::move(prepared), mode, times);
  arm_expiry();
  return http::text_response(options_.disable_consistency_check ? 202 : 200, "");
}

// A push that was understood and is not stored: the group remembers when.
http::Response Gateway::refuse(const http::Request& request, const GroupingKey& key, const Error& error) {
  context_.logger.error("pushed metrics are invalid or inconsistent with existing metrics",
                        {{"method", request.method},
                         {"source", request.remote_address},
                         {"group", key.labels.to_string()},
                         {"err", error.message()}});
  GroupStore::Times times = store_.times(key);
  times.failure_seconds = now_seconds();
  if (check_limits(key, {}, PushMode::ReplaceFamilies)) {
    std::string record;
    append_group(record, RecordKind::Merge, key, times, {});
    if (!persistence_ || persist(record)) store_.set_times(key, times);
  }
  // Differs: unchecked, the reference says 202 to a push with timestamps that it does not store.
  return http::text_response(400, error.message() + "\n");
}

Status Gateway::check_limits(const GroupingKey& key, const std::vector<GroupStore::Named>& prepared,
                             PushMode mode) const {
  if (options_.groups_max == 0 && options_.group_series_max == 0) return Ok{};
  const GroupStore::Group* group = store_.find(key);
  if (group == nullptr && options_.groups_max > 0 &&
      store_.groups().size() >= static_cast<size_t>(options_.groups_max)) {
    return Error(ErrorCode::Unavailable, "there are " + std::to_string(store_.groups().size()) +
                                             " groups, as many as --push.max-groups allows");
  }
  size_t count = group == nullptr || mode == PushMode::ReplaceGroup ? 0 : group->series_count;
  for (const auto& [name, family] : prepared) {
    count += family.series.size();
    if (group == nullptr || mode == PushMode::ReplaceGroup) continue;
    const auto old = group->families.find(name);
    if (old != group->families.end()) count -= old->second.series.size();
  }
  if (options_.group_series_max == 0 || count <= static_cast<size_t>(options_.group_series_max)) return Ok{};
  return Error(ErrorCode::LimitExceeded, "the group would have " + std::to_string(count) +
                                             " series, more than --push.max-series-per-group allows");
}

http::Response Gateway::remove_group(const GroupingKey& key) {
  if (store_.find(key) == nullptr) return http::text_response(202, "");
  std::string record;
  append_remove(record, key);
  if (auto written = persist(record); !written) return error_response(written.error());
  store_.remove(key);
  return http::text_response(202, "");
}

http::Response Gateway::remove_matching(const http::Request& request) {
  const auto selectors = parse_group_matchers(request.parameters("match[]"));
  if (!selectors) return error_response(selectors.error());
  std::vector<GroupingKey> keys;
  for (const auto& [id, group] : store_.groups()) {
    if (matches_any(*selectors, group.key)) keys.push_back(group.key);
  }
  size_t count = 0;
  for (const GroupingKey& key : keys) {
    const http::Response removed = remove_group(key);
    if (removed.status != 202) return removed;
    ++count;
  }
  return {.status = 202,
          .content_type = "application/json",
          .body = "{\"status\":\"success\",\"data\":{\"deleted\":" + std::to_string(count) + "}}"};
}

http::Response Gateway::wipe(const http::Request&) {
  std::string record;
  append_wipe(record);
  if (auto written = persist(record); !written) return error_response(written.error());
  store_.wipe();
  return {.status = 202, .body = {}, .headers = cors_headers()};
}

http::Response Gateway::quit(const http::Request&) {
  if (!options_.enable_lifecycle) return http::text_response(403, "Lifecycle API is not enabled.");
  // The same way out as from the outside, so that everything is persisted.
  ::kill(::getpid(), SIGTERM);
  return http::text_response(200, "Requesting termination... Goodbye!");
}

http::Response Gateway::healthy(const http::Request&) {
  return http::text_response(200, "OK");
}

http::Response Gateway::page(const http::Request& request) {
  const std::string_view path = below_prefix(request);
  if (path != "/" && path != "/status") return http::text_response(404, "404 page not found\n");
  const PageFacts facts{.store = store_,
                        .flags = flags_.values(),
                        .start_time_seconds = start_time_seconds_,
                        .now_seconds = now_seconds(),
                        .external_path = options_.external_path,
                        .has_admin_api = options_.enable_admin_api};
  http::Response response = http::html_response(write_status_page(facts, request.parameter("group")));
  response.headers.push_back({"Content-Security-Policy", std::string(kPagePolicy)});
  return response;
}

http::Response Gateway::static_file(const http::Request& request) {
  const std::string_view path = below_prefix(request);
  if (path == "/static/page.css")
    return {.content_type = "text/css; charset=utf-8", .body = std::string(kPageStyle)};
  if (path == "/static/page.js") {
    return {.content_type = "text/javascript; charset=utf-8", .body = std::string(kPageScript)};
  }
  return http::text_response(404, "404 page not found\n");
}

http::Response Gateway::api_options(const http::Request& request) {
  if (request.method != "OPTIONS") return http::text_response(404, "404 page not found\n");
  return {.status = 200, .body = {}, .headers = cors_headers()};
}

http::Response Gateway::api_metrics(const http::Request&) {
  return {.content_type = "application/json", .body = write_api_metrics(store_), .headers = cors_headers()};
}

http::Response Gateway::api_status(const http::Request&) {
  return {.content_type = "application/json",
          .body = write_api_status(flags_.values(), start_time_seconds_),
          .headers = cors_headers()};
}

Status Gateway::persist(std::string_view record) {
  if (!persistence_) return Ok{};
  auto written = persistence_->append(record);
  if (written) return written;
  context_.logger.error("a change is refused because it cannot be persisted",
                        {{"err", written.error().message()}});
  return Error(ErrorCode::Io, written.error().message());
}

void Gateway::expire() {
  for (const GroupingKey& key : store_.expired(now_seconds())) {
    if (remove_group(key).status != 202) return;
    context_.logger.debug("a group's time is over", {{"group", key.labels.to_string()}});
  }
}

// A timer runs only while there is something that ends.
void Gateway::arm_expiry() {
  if (expiry_armed_ || !store_.has_expiries()) return;
  expiry_armed_ = true;
  context_.loop.after(kExpiryInterval, [this] {
    expiry_armed_ = false;
    expire();
    arm_expiry();
  });
}

void Gateway::schedule_persistence() {
  context_.loop.after(std::max(options_.persistence_interval, kPersistenceIntervalMin), [this] {
    persistence_->compact();
    schedule_persistence();
  });
}

}  // namespace sonde::pushgateway
