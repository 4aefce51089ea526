// /api/v1/status/* and /version: what the process says about itself.

#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "common/core/log.h"
#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/core/version.h"
#include "scraper/api/answer.h"
#include "scraper/api/handlers.h"
#include "scraper/api/host.h"

namespace sonde::api {
namespace {

constexpr uint64_t kTopCountDefault = 10;
constexpr uint64_t kTopCountMax = 10'000;

std::string working_folder() {
  std::array<char, 4096> buffer{};
  if (::getcwd(buffer.data(), buffer.size()) == nullptr) return {};
  return buffer.data();
}

// Differs: the version is the reference's whose API is spoken, because clients choose their queries by it;
// ours is in the revision.
void append_buildinfo(JsonWriter& json) {
  json.begin_object();
  json.member("version", std::string_view(kReferenceServerVersion));
  json.member("revision", "sonde-" + std::string(kVersion));
  json.member("branch", "");
  json.member("buildUser", "");
  json.member("buildDate", "");
  json.member("goVersion", "");
  json.end_object();
}

void append_top(JsonWriter& json, std::string_view name, const storage::Statistics::Top& top) {
  json.key(name);
  json.begin_array();
  for (const auto& [item, count] : top) {
    json.begin_object();
    json.member("name", item);
    json.member("value", static_cast<int64_t>(count));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

http::Response status_buildinfo(const Call&) {
  return data_response(append_buildinfo);
}

http::Response status_runtimeinfo(const Call& call) {
  const RuntimeView runtime = call.server.runtime();
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    json.member("startTime", write_rfc3339_ms(runtime.start_time_ms));
    json.member("CWD", working_folder());
    json.member("hostname", host_name());
    json.member("serverTime", write_rfc3339_ms(call.clock.wall_ms()));
    json.member("reloadConfigSuccess", runtime.config_ok);
    json.member("lastConfigTime", write_rfc3339_ms(runtime.last_config_ms));
    json.member("corruptionCount", static_cast<int64_t>(runtime.corruption_count));
    // What follows describes a Go runtime; the keys stay for clients that read them.
    json.member("goroutineCount", int64_t{0});
    json.member("GOMAXPROCS", static_cast<int64_t>(std::thread::hardware_concurrency()));
    json.member("GOMEMLIMIT", int64_t{0});
    json.member("GOGC", "");
    json.member("GODEBUG", "");
    json.member("storageRetention", runtime.storage_retention);
    json.end_object();
  });
}

http::Response status_flags(const Call& call) {
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    for (const auto& [name, value] : call.server.flags()) json.member(name, std::string_view(value));
    json.end_object();
  });
}

http::Response status_config(const Call& call) {
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    json.member("yaml", call.server.config_yaml());
    json.end_object();
  });
}

http::Response status_tsdb(const Call& call) {
  uint64_t limit = kTopCountDefault;
  if (const auto text = call.request.parameter("limit"); text && !text->empty()) {
    const auto value = parse_unsigned(*text);
    if (!value || *value < 1) {
      return bad_data(Error(ErrorCode::InvalidArgument, "limit must be a positive number"));
    }
    if (*value > kTopCountMax) {
      return bad_data(
          Error(ErrorCode::InvalidArgument, "limit must not exceed " + std::to_string(kTopCountMax)));
    }
    limit = *value;
  }
  const storage::Statistics statistics = call.storage.admin->statistics(limit);
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    json.key("headStats");
    json.begin_object();
    json.member("numSeries", static_cast<int64_t>(statistics.series));
    json.member("numLabelPairs", static_cast<int64_t>(statistics.label_pairs));
    json.member("chunkCount", static_cast<int64_t>(statistics.chunks));
    json.member("minTime", statistics.time_min_ms);
    json.member("maxTime", statistics.time_max_ms);
    json.end_object();
    append_top(json, "seriesCountByMetricName", statistics.series_by_metric);
    append_top(json, "labelValueCountByLabelName", statistics.values_by_label);
    append_top(json, "memoryInBytesByLabelName", statistics.bytes_by_label);
    append_top(json, "seriesCountByLabelValuePair", statistics.series_by_pair);
    json.end_object();
  });
}

http::Response status_walreplay(const Call& call) {
  const ReplayView replay = call.server.replay();
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    json.member("min", replay.first);
    json.member("max", replay.last);
    json.member("current", replay.current);
    json.end_object();
  });
}

http::Response version(const Call&) {
  std::string body;
  JsonWriter json(body);
  append_buildinfo(json);
  return http::text_response(200, std::move(body));
}

}  // namespace sonde::api
