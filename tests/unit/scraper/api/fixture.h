#pragma once
// What the handlers' tests share: a storage of a few series in memory, views with known content, and a call.

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "scraper/api/handlers.h"

namespace sonde::api {

class FixedClock final : public Clock {
 public:
  int64_t wall_ms() const override { return now_ms; }
  int64_t monotonic_ns() const override { return now_ms * 1'000'000; }
  int64_t now_ms = 1'000'000;
};

struct MemorySeries {
  Labels labels;
  std::vector<std::pair<int64_t, double>> points;
};

// Each series is a group of its own.
class MemorySelection final : public storage::Selection {
 public:
  MemorySelection(std::vector<MemorySeries> series, storage::TimeRange range) : series_(std::move(series)) {
    for (size_t i = 0; i < series_.size(); ++i) {
      groups_.push_back({.series_begin = i, .series_end = i + 1});
      std::erase_if(series_[i].points, [&](const auto& point) {
        return point.first < range.start_ms || point.first > range.end_ms;
      });
    }
  }
  std::span<const storage::SelectedGroup> groups() const override { return groups_; }
  size_t series_count() const override { return series_.size(); }
  Labels labels(size_t series) const override { return series_[series].labels; }
  Status read_times(size_t group, std::vector<int64_t>& times_ms) const override {
    times_ms.clear();
    for (const auto& [time_ms, value] : series_[group].points) times_ms.push_back(time_ms);
    return Ok{};
  }
  Status read_column(size_t series, storage::Column& column) const override {
    column = {};
    for (const auto& [time_ms, value] : series_[series].points) column.values.push_back(value);
    return Ok{};
  }

 private:
  std::vector<MemorySeries> series_;
  std::vector<storage::SelectedGroup> groups_;
};

class MemorySource final : public storage::SeriesSource {
 public:
  std::vector<MemorySeries> all;

  Result<std::unique_ptr<storage::Selection>> select(std::span<const Matcher> matchers,
                                                     const storage::SelectHints& hints) const override {
    std::vector<MemorySeries> found;
    for (const MemorySeries& series : all) {
      if (matches(matchers, series.labels)) found.push_back(series);
    }
    return std::unique_ptr<storage::Selection>(
        std::make_unique<MemorySelection>(std::move(found), hints.range));
  }
  Result<std::vector<std::string>> label_names(std::span<const std::vector<Matcher>> any_of,
                                               storage::TimeRange, size_t limit) const override {
    std::set<std::string> names;
    for (const Labels& labels : matching(any_of)) {
      for (const Label& label : labels) names.insert(label.name);
    }
    return cut(std::vector<std::string>(names.begin(), names.end()), limit);
  }
  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const std::vector<Matcher>> any_of,
                                                storage::TimeRange, size_t limit) const override {
    std::set<std::string> values;
    for (const Labels& labels : matching(any_of)) {
      if (labels.has(name)) values.emplace(labels.get(name));
    }
    return cut(std::vector<std::string>(values.begin(), values.end()), limit);
  }
  Result<std::vector<Labels>> series(std::span<const std::vector<Matcher>> any_of, storage::TimeRange,
                                     size_t limit) const override {
    return cut(matching(any_of), limit);
  }

 private:
  static bool matches(std::span<const Matcher> matchers, const Labels& labels) {
    return std::ranges::all_of(matchers, [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
  }
  std::vector<Labels> matching(std::span<const std::vector<Matcher>> any_of) const {
    std::vector<Labels> out;
    for (const MemorySeries& series : all) {
      if (any_of.empty() ||
          std::ranges::any_of(any_of, [&](const auto& set) { return matches(set, series.labels); })) {
        out.push_back(series.labels);
      }
    }
    std::ranges::sort(out);
    return out;
  }
  template <class T>
  static std::vector<T> cut(std::vector<T> items, size_t limit) {
    if (limit > 0 && items.size() > limit) items.resize(limit);
    return items;
  }
};

class RecordingAdmin final : public storage::StorageAdmin {
 public:
  size_t deleted_sets = 0;
  storage::TimeRange deleted_range;
  bool snapshot_skipped_head = false;

  Status delete_series(std::span<const std::vector<Matcher>> any_of, storage::TimeRange range) override {
    deleted_sets = any_of.size();
    deleted_range = range;
    return Ok{};
  }
  Status clean_tombstones() override { return Error(ErrorCode::Io, "disk on fire"); }
  Result<std::string> snapshot(bool skip_head) override {
    snapshot_skipped_head = skip_head;
    return std::string("20261121T030405Z-0123456789abcdef");
  }
  storage::Statistics statistics(size_t top_count) const override {
    storage::Statistics out{.series = 7,
                            .label_pairs = 5,
                            .chunks = 3,
                            .time_min_ms = 1000,
                            .time_max_ms = 2000,
                            .series_by_metric = {},
                            .values_by_label = {},
                            .bytes_by_label = {},
                            .series_by_pair = {}};
    out.series_by_metric = {{"up", 4}, {"down", 3}};
    out.series_by_metric.resize(std::min<size_t>(top_count, 2));
    return out;
  }
};

class KnownTargets final : public scrape::TargetStatusSource {
 public:
  std::vector<scrape::TargetStatus> active;
  std::vector<scrape::DroppedTarget> dropped;
  std::vector<scrape::TargetMetadata> about;

  std::vector<scrape::TargetStatus> active_targets(std::string_view pool) const override {
    std::vector<scrape::TargetStatus> out;
    for (const auto& target : active) {
      if (pool.empty() || target.scrape_pool == pool) out.push_back(target);
    }
    return out;
  }
  std::vector<scrape::DroppedTarget> dropped_targets(std::string_view) const override { return dropped; }
  std::map<std::string, size_t> dropped_target_counts() const override { return {{"node", dropped.size()}}; }
  std::vector<std::string> pools() const override { return {"node"}; }
  std::vector<scrape::TargetMetadata> metadata() const override { return about; }
};

class KnownServer final : public ServerView {
 public:
  Labels external;
  RuntimeView runtime() const override {
    return {.start_time_ms = 1000, .config_ok = true, .storage_retention = "15d"};
  }
  ReplayView replay() const override { return {.first = 1, .last = 9, .current = 4}; }
  std::string config_yaml() const override { return "global: {}\n"; }
  std::vector<std::pair<std::string, std::string>> flags() const override { return {{"log.level", "info"}}; }
  Labels external_labels() const override { return external; }
  std::string metrics_page() const override { return "up 1\n"; }
  Status reload() override { return Ok{}; }
  void quit() override {}
};

struct Fixture {
  FixedClock clock;
  MemorySource source;
  RecordingAdmin admin;
  KnownTargets targets;
  KnownServer server;
  ApiOptions options;
  std::atomic<bool> cancelled{false};

  Fixture() {
    source.all = {{Labels{{"__name__", "up"}, {"job", "node"}, {"instance", "a:1"}}, {{999'000, 1}}},
                  {Labels{{"__name__", "up"}, {"job", "node"}, {"instance", "b:1"}}, {{999'000, 0}}},
                  {Labels{{"__name__", "load"}, {"job", "scraper"}}, {{998'000, 0.5}, {999'500, 1.5}}}};
  }

  using Handle = http::Response (*)(const Call&);
  http::Response ask(Handle handle, std::vector<http::Parameter> query, std::string path = {}) {
    http::Request request;
    request.method = "GET";
    request.path = std::move(path);
    request.query = std::move(query);
    const Storage storage{
        .source = &source,
        .admin = &admin,
        .engine = std::make_shared<const promql::Engine>(source, clock, promql::EngineOptions{})};
    return handle({.request = request,
                   .options = options,
                   .clock = clock,
                   .storage = storage,
                   .server = server,
                   .targets = targets,
                   .cancelled = &cancelled});
  }
};

// The value of "data" in a good answer.
inline std::string data_of(const http::Response& response) {
  constexpr std::string_view kBefore = R"({"status":"success","data":)";
  if (response.status != 200 || !response.body.starts_with(kBefore)) return response.body;
  return response.body.substr(kBefore.size(), response.body.size() - kBefore.size() - 1);
}

}  // namespace sonde::api
