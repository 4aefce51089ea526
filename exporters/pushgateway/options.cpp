#include "exporters/pushgateway/options.h"

#include "common/core/duration.h"
#include "common/core/text.h"

namespace sonde::pushgateway {
namespace {

// The reference has no limit; a push this large is a mistake.
constexpr size_t kWireBytesMax = size_t{64} << 20;

// The path of an absolute URL, or nullopt when it is none.
Result<std::string> url_path(std::string_view url) {
  const size_t host = url.find("://");
  const bool known = url.starts_with("http://") || url.starts_with("https://");
  if (!url.empty() && (!known || host == std::string_view::npos || host + 3 == url.size())) {
    return Error(ErrorCode::InvalidArgument,
                 "--web.external-url: want http://host/path or https://host/path, got " + quoted(url));
  }
  if (url.empty()) return std::string();
  const size_t path = url.find('/', host + 3);
  if (path == std::string_view::npos) return std::string();
  return std::string(url.substr(path, url.find_first_of("?#", path) - path));
}

// "" for "/", else with a slash in front and none at the end.
std::string normalize_prefix(std::string prefix) {
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty() && !prefix.starts_with('/')) prefix.insert(0, 1, '/');
  return prefix;
}

}  // namespace

void add_flags(exporter::Flags& flags, Options& options) {
  flags.text("web.external-url", options.external_url,
             "The URL under which the Pushgateway is externally reachable.", {.value_name = "URL"});
  flags.text("web.route-prefix", options.route_prefix,
             "Prefix for the internal routes of web endpoints. Defaults to the path of --web.external-url.",
             {.value_name = "PATH"});
  flags.boolean("web.enable-lifecycle", options.enable_lifecycle, "Enable shutdown via HTTP request.");
  flags.boolean("web.enable-admin-api", options.enable_admin_api,
                "Enable API endpoints for admin control actions.");
  flags.text("persistence.file", options.persistence_file,
             "File to persist metrics, with a journal beside it (FILE.journal.N), so that an answered push "
             "survives the process. If empty, metrics are only kept in memory.",
             {.value_name = "FILE"});
  flags.go_duration("persistence.interval", options.persistence_interval,
                    "The minimum interval at which to write out the persistence file.");
  flags.boolean("persistence.sync", options.persistence_sync,
                "Wait for the disk before a push is answered, so that it survives a power cut too.");
  flags.boolean("push.disable-consistency-check", options.disable_consistency_check,
                "Do not check consistency of pushed metrics. DANGEROUS.");
  flags.boolean("push.enable-utf8-names", options.enable_utf8_names,
                "Allow UTF-8 characters in metric and label names.");
  flags.boolean(
      "push.enable-aggregation", options.enable_aggregation,
      "Let a POST with the header 'X-Sonde-Aggregate: sum' add its counters and histograms to those "
      "stored in the group.");
  flags.duration(
      "push.ttl", options.ttl,
      "Delete a group this long after its last successful push. 0 keeps groups for ever; a push may "
      "say otherwise with the header 'X-Sonde-TTL: 10m'.");
  flags.list("push.ttl-for-job", options.job_ttls, "The same for one job, as JOB=DURATION. Repeatable.",
             {.value_name = "JOB=DURATION"});
  flags.size("push.max-body-size", options.body_bytes_max,
             "Answer larger bodies with 413, before and after decompression. 0 takes 64MB on the wire.");
  flags.integer("push.max-groups", options.groups_max,
                "Answer a push that would make one more group than this with 429. 0 is no limit.");
  flags.integer("push.max-series-per-group", options.group_series_max,
                "Answer a push that would bring a group more series than this with 413. 0 is no limit.");
}

Status finish(Options& options, http::ServerOptions& server) {
  auto path = url_path(options.external_url);
  if (!path) return path.error();
  options.external_path = normalize_prefix(std::move(*path));
  options.routes_below =
      options.route_prefix.empty() ? options.external_path : normalize_prefix(options.route_prefix);
  for (const std::string& text : options.job_ttls) {
    const size_t equals = text.rfind('=');
    const std::string job = text.substr(0, equals);
    const auto ttl =
        parse_duration(std::string_view(text).substr(equals == std::string::npos ? 0 : equals + 1));
    if (equals == std::string::npos || job.empty() || !ttl) {
      return Error(ErrorCode::InvalidArgument, "--push.ttl-for-job: want JOB=DURATION, got " + quoted(text));
    }
    options.ttl_ms_by_job[job] = ttl->count();
  }
  if (options.groups_max < 0 || options.group_series_max < 0) {
    return Error(ErrorCode::InvalidArgument,
                 "--push.max-groups, --push.max-series-per-group: want 0 or more");
  }
  server.route_prefix = options.routes_below;
  server.body_bytes_max = options.body_bytes_max == 0 ? kWireBytesMax : options.body_bytes_max;
  return Ok{};
}

}  // namespace sonde::pushgateway
