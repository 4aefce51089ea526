// /api/v1/targets, targets/metadata, metadata, scrape_pools.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "common/core/duration.h"
#include "common/core/log.h"
#include "common/core/number_text.h"
#include "common/core/text.h"
#include "scraper/api/answer.h"
#include "scraper/api/handlers.h"
#include "scraper/api/host.h"
#include "scraper/promql/parser.h"

namespace sonde::api {
namespace {

// Go's zero time, which the reference shows for a target that was not scraped yet.
constexpr std::string_view kNeverText = "0001-01-01T00:00:00Z";

// The API's own word for a type that is not known.
std::string_view api_type_name(MetricType type) {
  return type == MetricType::Untyped ? "unknown" : metric_type_name(type);
}

// The URL as it looks from another host: a loopback host becomes this machine's name.
std::string global_url(const std::string& url, const std::string& host) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos || host.empty()) return url;
  const size_t begin = scheme + 3;
  const size_t end = url.find_first_of("/?#", begin);
  const std::string authority = url.substr(begin, end == std::string::npos ? end : end - begin);
  const size_t colon = authority.ends_with(']') ? std::string::npos : authority.rfind(':');
  const std::string_view name = std::string_view(authority).substr(0, colon);
  if (name != "localhost" && name != "127.0.0.1" && name != "[::1]") return url;
  return url.substr(0, begin) + host + url.substr(begin + name.size());
}

void append_target(JsonWriter& json, const scrape::TargetStatus& target, const std::string& host) {
  json.begin_object();
  json.key("discoveredLabels");
  json.labels(target.discovered_labels);
  json.key("labels");
  json.labels(target.labels);
  json.member("scrapePool", target.scrape_pool);
  json.member("scrapeUrl", target.scrape_url);
  json.member("globalUrl", global_url(target.scrape_url, host));
  json.member("lastError", target.last_error);
  json.member("lastScrape",
              target.last_scrape_ms == 0 ? std::string(kNeverText) : write_rfc3339_ms(target.last_scrape_ms));
  json.member("lastScrapeDuration", target.last_scrape_duration_seconds);
  json.member("health", scrape::health_name(target.health));
  json.member("scrapeInterval", write_duration(target.scrape_interval));
  json.member("scrapeTimeout", write_duration(target.scrape_timeout));
  json.end_object();
}

// -1 when absent.
Result<int64_t> signed_parameter(const http::Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text || text->empty()) return int64_t{-1};
  const auto value = parse_integer(*text);
  if (!value) return Error(ErrorCode::InvalidArgument, std::string(name) + " must be a number");
  return *value;
}

void append_metadata(JsonWriter& json, const scrape::FamilyMetadata& metric) {
  json.member("type", api_type_name(metric.type));
  json.member("help", metric.help);
  json.member("unit", metric.unit);
}

bool matches_all(const std::vector<Matcher>& matchers, const Labels& labels) {
  return std::ranges::all_of(
      matchers, [&](const Matcher& matcher) { return matcher.matches(labels.get(matcher.name())); });
}

}  // namespace

http::Response targets(const Call& call) {
  const std::string state = to_lower_ascii(call.request.parameter("state").value_or(""));
  const bool any = state.empty() || state == "any";
  const std::string_view pool = call.request.parameter("scrapePool").value_or("");
  const std::string host = host_name();
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    json.key("activeTargets");
    json.begin_array();
    if (any || state == "active") {
      for (const scrape::TargetStatus& target : call.targets.active_targets(pool))
        append_target(json, target, host);
    }
    json.end_array();
    json.key("droppedTargets");
    json.begin_array();
    if (any || state == "dropped") {
      for (const scrape::DroppedTarget& target : call.targets.dropped_targets(pool)) {
        json.begin_object();
        json.key("discoveredLabels");
        json.labels(target.discovered_labels);
        json.member("scrapePool", target.scrape_pool);
        json.end_object();
      }
    }
    json.end_array();
    json.key("droppedTargetCounts");
    json.begin_object();
    for (const auto& [name, count] : call.targets.dropped_target_counts())
      json.member(name, static_cast<int64_t>(count));
    json.end_object();
    json.end_object();
  });
}

http::Response targets_metadata(const Call& call) {
  const auto limit = signed_parameter(call.request, "limit");
  if (!limit) return bad_data(limit.error());
  std::vector<Matcher> matchers;
  if (const auto text = call.request.parameter("match_target"); text && !text->empty()) {
    auto parsed = promql::parse_metric_selector(*text);
    if (!parsed) return bad_data(parsed.error());
    matchers = *std::move(parsed);
  }
  const std::string_view wanted = call.request.parameter("metric").value_or("");
  const auto all = call.targets.metadata();
  return data_response([&](JsonWriter& json) {
    int64_t count = 0;
    json.begin_array();
    for (const scrape::TargetMetadata& target : all) {
      if (!matches_all(matchers, target.labels)) continue;
      for (const scrape::FamilyMetadata& metric : target.families) {
        if (!wanted.empty() && metric.metric != wanted) continue;
        if (*limit >= 0 && count >= *limit) break;
        ++count;
        json.begin_object();
        json.key("target");
        json.labels(target.labels);
        if (wanted.empty()) json.member("metric", metric.metric);
        append_metadata(json, metric);
        json.end_object();
      }
    }
    json.end_array();
  });
}

http::Response metadata(const Call& call) {
  const auto limit = signed_parameter(call.request, "limit");
  if (!limit) return bad_data(limit.error());
  const auto per_metric = signed_parameter(call.request, "limit_per_metric");
  if (!per_metric) return bad_data(per_metric.error());
  const std::string_view wanted = call.request.parameter("metric").value_or("");
  using Facts = std::tuple<MetricType, std::string, std::string>;
  std::map<std::string, std::set<Facts>> by_metric;
  for (const auto& target : call.targets.metadata()) {
    for (const scrape::FamilyMetadata& metric : target.families) {
      if (!wanted.empty() && metric.metric != wanted) continue;
      if (*limit >= 0 && by_metric.size() >= static_cast<size_t>(*limit) &&
          !by_metric.contains(metric.metric)) {
        continue;
      }
      std::set<Facts>& facts = by_metric[metric.metric];
      if (*per_metric > 0 && facts.size() >= static_cast<size_t>(*per_metric)) continue;
      facts.emplace(metric.type, metric.help, metric.unit);
    }
  }
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    for (const auto& [name, all] : by_metric) {
      json.key(name);
      json.begin_array();
      for (const auto& [type, help, unit] : all) {
        json.begin_object();
        append_metadata(json, {.metric = name, .help = help, .unit = unit, .type = type});
        json.end_object();
      }
      json.end_array();
    }
    json.end_object();
  });
}

http::Response scrape_pools(const Call& call) {
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    json.key("scrapePools");
    json.begin_array();
    for (const std::string& pool : call.targets.pools()) json.string(pool);
    json.end_array();
    json.end_object();
  });
}

}  // namespace sonde::api
