#include "scraper/discovery/target.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include "common/core/duration.h"
#include "common/core/percent.h"
#include "common/core/text.h"
#include "scraper/config/relabel.h"

namespace sonde::discovery {
namespace {

constexpr std::string_view kAddress = "__address__";
constexpr std::string_view kScheme = "__scheme__";
constexpr std::string_view kMetricsPath = "__metrics_path__";
constexpr std::string_view kInterval = "__scrape_interval__";
constexpr std::string_view kTimeout = "__scrape_timeout__";
constexpr std::string_view kUnixSocket = "__unix_socket__";
constexpr std::string_view kConvertClassic = "__convert_classic_histograms_to_nhcb__";
constexpr std::string_view kAlwaysClassic = "__always_scrape_classic_histograms__";
constexpr std::string_view kNative = "__scrape_native_histograms__";
constexpr std::string_view kParamPrefix = "__param_";
constexpr std::string_view kMetaPrefix = "__meta_";

std::string_view truth(bool value) {
  return value ? "true" : "false";
}

void set_default(Labels& labels, std::string_view name, std::string_view value) {
  if (!labels.has(name)) labels.set(name, value);
}

// Go's strconv.ParseBool.
std::optional<bool> parse_truth(std::string_view text) {
  for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == word) return true;
  }
  for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

Error refuse(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Result<std::chrono::milliseconds> read_period(const Labels& labels, std::string_view name,
                                              std::string_view what) {
  const auto period = parse_duration(labels.get(name));
  if (!period) return period.error().in("cannot read the scrape " + std::string(what));
  if (period->count() == 0) return refuse("the scrape " + std::string(what) + " cannot be 0");
  return *period;
}

Status read_truth(const Labels& labels, std::string_view name, bool& out) {
  const std::string_view text = labels.get(name);
  if (text.empty()) return Ok{};
  const auto value = parse_truth(text);
  if (!value) return refuse("cannot read " + std::string(name) + " " + quoted(text) + " as true or false");
  out = *value;
  return Ok{};
}

// A path as Go's URL.String() spells it: what a path may hold stays.
void append_path_escaped(std::string& out, std::string_view path) {
  if (!path.empty() && path.front() != '/') out += '/';
  append_percent_encoded(out, path, "-_.~$&+,/:;=@!*'()[]");
}

// The job's parameters, the first value of each replaced by its __param_ label.
std::string query_of(const config::ScrapeConfig& job, const Labels& labels) {
  auto params = job.params;
  for (const Label& label : labels) {
    if (!label.name.starts_with(kParamPrefix)) continue;
    auto& values = params[label.name.substr(kParamPrefix.size())];
    if (values.empty()) values.emplace_back();
    values.front() = label.value;
  }
  std::string out;
  for (const auto& [name, values] : params) {
    for (const std::string& value : values) {
      if (!out.empty()) out += '&';
      append_query_encoded(out, name);
      out += '=';
      append_query_encoded(out, value);
    }
  }
  return out;
}

std::string url_of(const config::ScrapeConfig& job, const Labels& labels) {
  std::string out = std::string(labels.get(kScheme)) + "://" + std::string(labels.get(kAddress));
  append_path_escaped(out, labels.get(kMetricsPath));
  const std::string query = query_of(job, labels);
  if (!query.empty()) out += '?' + query;
  return out;
}

uint64_t hash_of(const Labels& labels, std::string_view url) {
  uint64_t hash = labels.hash();
  for (const char c : url) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;  // FNV-1a
  return hash;
}

// Without what only discovery and relabeling may see; with `instance`.
Labels without_meta(const Labels& relabeled) {
  std::vector<Label> kept;
  for (const Label& label : relabeled) {
    if (!label.name.starts_with(kMetaPrefix)) kept.push_back(label);
  }
  Labels out(std::move(kept));
  set_default(out, "instance", relabeled.get(kAddress));
  return out;
}

Labels public_labels(const Labels& all) {
  std::vector<Label> kept;
  for (const Label& label : all) {
    if (!label.name.starts_with("__")) kept.push_back(label);
  }
  return Labels(std::move(kept));
}

Status check_values(const Labels& labels) {
  for (const Label& label : labels) {
    if (!is_valid_utf8(label.value))
      return refuse("the value of label " + quoted(label.name) + " is not UTF-8");
  }
  return Ok{};
}

// The labels after the rules, checked and made into a target. `discovered` is filled in by the caller.
Result<Target> finish_target(const config::ScrapeConfig& job, const Labels& relabeled) {
  const std::string_view address = relabeled.get(kAddress);
  if (address.empty()) return refuse("no address");
  if (address.find('/') != std::string_view::npos)
    return refuse(quoted(address) + " is no valid host and port");
  const auto interval = read_period(relabeled, kInterval, "interval");
  if (!interval) return interval.error();
  const auto timeout = read_period(relabeled, kTimeout, "timeout");
  if (!timeout) return timeout.error();
  if (*timeout > *interval) return refuse("the scrape timeout is longer than the scrape interval");

  Target out;
  out.interval = *interval;
  out.timeout = *timeout;
  if (auto status = read_truth(relabeled, kConvertClassic, out.convert_classic_histograms); !status) {
    return status.error();
  }
  if (auto status = read_truth(relabeled, kAlwaysClassic, out.always_classic_histograms); !status) {
    return status.error();
  }
  if (auto status = read_truth(relabeled, kNative, out.native_histograms); !status) return status.error();
  const Labels all = without_meta(relabeled);
  if (auto status = check_values(all); !status) return status.error();
  out.labels = public_labels(all);
  out.url = url_of(job, all);
  out.unix_socket = all.get(kUnixSocket);
  out.hash = hash_of(all, out.url);
  return out;
}

}  // namespace

Labels discovered_labels(const config::ScrapeConfig& job, const Labels& target, const Labels& group) {
  Labels out = target;
  for (const Label& label : group) set_default(out, label.name, label.value);
  set_default(out, "job", job.job_name);
  set_default(out, kInterval, write_duration(job.scrape.interval));
  set_default(out, kTimeout, write_duration(job.scrape.timeout));
  set_default(out, kMetricsPath, job.metrics_path);
  set_default(out, kScheme, job.scheme);
  set_default(out, kConvertClassic, truth(job.scrape.convert_classic_histograms));
  set_default(out, kAlwaysClassic, truth(job.scrape.always_classic_histograms));
  set_default(out, kNative, truth(job.scrape.native_histograms));
  for (const auto& [name, values] : job.params) {
    if (!values.empty()) set_default(out, std::string(kParamPrefix) + name, values.front());
  }
  return out;
}

ResolvedTargets resolve_targets(const config::ScrapeConfig& job,
                                std::span<const config::TargetGroup> groups) {
  ResolvedTargets out;
  std::unordered_set<uint64_t> seen;
  for (const config::TargetGroup& group : groups) {
    for (size_t i = 0; i < group.targets.size(); ++i) {
      Labels discovered = discovered_labels(job, group.targets[i], group.labels);
      Labels relabeled = discovered;
      if (!config::relabel(job.relabel_rules, relabeled)) {
        ++out.dropped_count;
        const uint64_t kept_max = job.scrape.dropped_targets_kept;
        if (kept_max == 0 || out.dropped.size() < kept_max) out.dropped.push_back(std::move(discovered));
        continue;
      }
      auto target = finish_target(job, relabeled);
      if (!target) {
        out.failures.push_back("target " + std::to_string(i) + " of group " + quoted(group.source) + ": " +
                               target.error().message());
        continue;
      }
      if (!seen.insert(target->hash).second) continue;
      target->discovered = std::move(discovered);
      out.active.push_back(std::move(*target));
    }
  }
  return out;
}

}  // namespace sonde::discovery
