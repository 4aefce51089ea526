#pragma once
// A SampleSink that keeps what it is given as the series a reader would see: samples in order, a stale marker
// (nullopt) where the contract says that a series ends. Any thread.

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scraper/storage/sample_sink.h"

namespace sonde::testing {

class RecordingSink final : public storage::SampleSink {
 public:
  using Sample = std::pair<int64_t, std::optional<double>>;
  using Series = std::map<std::string, std::vector<Sample>>;  // by `name{a="b",c="d"}`

  storage::ShapePtr intern_shape(std::span<const Labels> columns) override {
    const std::lock_guard lock(mutex_);
    std::vector<Labels> wanted(columns.begin(), columns.end());
    for (size_t i = 0; i < wanted.size(); ++i) {
      for (size_t k = 0; k < i; ++k) problems_ += wanted[i] == wanted[k] ? "two columns alike; " : "";
    }
    for (const auto& shape : shapes_) {
      if (shape->columns == wanted) return shape;
    }
    shapes_.push_back(std::make_shared<RecordedShape>(std::move(wanted)));
    return shapes_.back();
  }

  storage::GroupId open_group(const Labels& labels, storage::GroupOptions options) override {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i].labels != labels) continue;
      groups_[i].options = options;
      return storage::GroupId{static_cast<uint32_t>(i)};
    }
    groups_.push_back({.labels = labels, .options = options, .live = {}});
    return storage::GroupId{static_cast<uint32_t>(groups_.size() - 1)};
  }

  storage::AppendOutcome append(storage::GroupId id, const storage::ShapePtr& shape,
                                const storage::Row& row) override {
    const std::lock_guard lock(mutex_);
    Group& group = groups_[static_cast<uint32_t>(id)];
    const std::vector<Labels>& columns = columns_of(shape);
    if (columns.size() != row.values.size()) problems_ += "a row of another size than its shape; ";
    if (row.timestamp_ms < group.newest_ms) return storage::AppendOutcome::OutOfOrder;
    if (row.timestamp_ms == group.newest_ms) return storage::AppendOutcome::Duplicate;
    group.newest_ms = row.timestamp_ms;
    ++rows_;
    std::map<std::string, bool> live;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (!row.absent.empty() && (row.absent[i / 64] >> (i % 64) & 1) != 0) continue;
      const std::string name = full_name(group.labels, columns[i]);
      series_[name].emplace_back(row.timestamp_ms, row.values[i]);
      live[name] = true;
    }
    if (group.options.absence_is_stale) {
      for (const auto& [name, was] : group.live) {
        if (!live.contains(name)) series_[name].emplace_back(row.timestamp_ms, std::nullopt);
      }
    }
    group.live = std::move(live);
    return storage::AppendOutcome::Stored;
  }

  storage::AppendOutcome append_stale(storage::GroupId id, int64_t timestamp_ms) override {
    const std::lock_guard lock(mutex_);
    Group& group = groups_[static_cast<uint32_t>(id)];
    if (timestamp_ms < group.newest_ms) return storage::AppendOutcome::OutOfOrder;
    group.newest_ms = timestamp_ms;
    for (const auto& [name, was] : group.live) series_[name].emplace_back(timestamp_ms, std::nullopt);
    group.live.clear();
    return storage::AppendOutcome::Stored;
  }

  void close_group(storage::GroupId) override {}

  Series series() const {
    const std::lock_guard lock(mutex_);
    return series_;
  }
  std::vector<Sample> samples(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto it = series_.find(name);
    return it == series_.end() ? std::vector<Sample>() : it->second;
  }
  // The newest value: nullopt when there is none or the series has ended.
  std::optional<double> last(const std::string& name) const {
    const auto all = samples(name);
    return all.empty() ? std::nullopt : all.back().second;
  }
  size_t rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }
  size_t shapes() const {
    const std::lock_guard lock(mutex_);
    return shapes_.size();
  }
  static const std::vector<Labels>& columns_of(const storage::ShapePtr& shape) {
    return static_cast<const RecordedShape&>(*shape).columns;
  }
  // What broke the contract.
  std::string problems() const {
    const std::lock_guard lock(mutex_);
    return problems_;
  }

 private:
  struct RecordedShape final : storage::Shape {
    explicit RecordedShape(std::vector<Labels> c) : columns(std::move(c)) {}
    std::vector<Labels> columns;
  };
  struct Group {
    Labels labels;
    storage::GroupOptions options;
    std::map<std::string, bool> live;
    int64_t newest_ms = INT64_MIN;
  };
  std::string full_name(const Labels& group, const Labels& column) {
    std::vector<Label> all(group.begin(), group.end());
    for (const Label& label : column) {
      if (group.has(label.name)) problems_ += "a column repeats a label of its group; ";
      all.push_back(label);
    }
    std::string text = Labels(std::move(all)).to_string();
    for (size_t at = text.find("\", "); at != std::string::npos; at = text.find("\", "))
      text.erase(at + 2, 1);
    return text;
  }

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const RecordedShape>> shapes_;
  std::vector<Group> groups_;
  Series series_;
  size_t rows_ = 0;
  std::string problems_;
};

}  // namespace sonde::testing
