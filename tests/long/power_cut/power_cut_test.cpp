// Cuts the power of the disk, or has it fail once, at each operation of a database's life (log, seal, block,
// merge, retention, deletion, clean-up, snapshot) and looks at what is found afterwards: all that was synced,
// nothing that was never written, nothing that was deleted, a snapshot whole or not at all, no file left
// over.
//
//   power-cut [EVERY [SEED [OPERATION]]]     every EVERYth operation, from a drawn one on, or one

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "scraper/tsdb/file_names.h"
#include "tests/long/power_cut/power_cut_disk.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};
constexpr int64_t kMinuteMs = 60 * 1000;
constexpr int64_t kHourMs = 60 * kMinuteMs;
constexpr int64_t kRetentionMs = 30 * kHourMs;
constexpr size_t kGroups = 3;
constexpr size_t kColumns = 4;
constexpr int kDrawsPerCut = 3;  // of what survives

// The life of a database, and what it promised until now.
class Life {
 public:
  Life(io::PowerCutDisk& disk, std::string folder, uint64_t seed)
      : disk_(disk), folder_(std::move(folder)), random_(seed) {
    for (size_t i = 0; i < kGroups; ++i) labels_.push_back(Labels{{"job", "j" + std::to_string(i)}});
  }

  void live() {
    if (!open()) return;
    append_hours(5);
    compact();
    append_hours(4);
    erase("m1", 0, 3 * kHourMs);
    snapshot();
    append_hours(6);
    compact();  // merges
    erase("m2", 7 * kHourMs, 30 * kHourMs);
    clean();
    snapshot();
    close();
    if (!open()) return;
    append_hours(30);
    compact();  // what is over a day old goes
    append_hours(1);
    close();
  }

  struct Snapshot {
    std::string name;
    Model content;
  };

  const Model& promised() const { return promised_; }
  const Model& possible() const { return possible_; }
  const std::vector<Snapshot>& snapshots() const { return snapshots_; }
  // Of those whose maker was told of a failure, or never anything. They may be there nevertheless.
  const std::vector<Model>& failed_snapshots() const { return failed_snapshots_; }

 private:
  bool open() {
    if (disk_.is_off()) return false;
    DatabaseOptions options;
    options.file_system = &disk_;
    options.wal_write_interval_ms = options.wal_sync_interval_ms = 1'000'000'000;  // only flush() writes
    options.retention.time_ms = kRetentionMs;
    options.wal_segment_bytes = 16 * 1024;
    database_ = open_database(folder_, context_, options);
    if (database_ == nullptr) return false;
    std::vector<Labels> columns;
    for (size_t i = 0; i < kColumns; ++i) columns.push_back({{"__name__", "m" + std::to_string(i)}});
    shape_ = database_->intern_shape(columns);
    groups_.clear();
    // So that what is deleted does not read as an end of the series.
    for (const Labels& labels : labels_)
      groups_.push_back(database_->open_group(labels, {.absence_is_stale = false}));
    return true;
  }

  void append_hours(int64_t hours) {
    for (const int64_t end_ms = now_ms_ + hours * kHourMs; now_ms_ < end_ms; now_ms_ += kMinuteMs) {
      context_.clock.now_ms = now_ms_;
      for (size_t g = 0; g < kGroups; ++g) append_row(g);
      if (now_ms_ % (37 * kMinuteMs) == 0) flush();
    }
  }

  void append_row(size_t group) {
    double values[kColumns];
    for (size_t i = 0; i < kColumns; ++i) {
      values[i] = i == 0 ? static_cast<double>(now_ms_) : static_cast<double>(random_() % 1000) / 8;
    }
    if (database_->append(groups_[group], shape_, {now_ms_, values, {}}) != storage::AppendOutcome::Stored)
      return;
    for (size_t i = 0; i < kColumns; ++i) {
      Labels series = labels_[group];
      series.set("__name__", "m" + std::to_string(i));
      possible_[series][now_ms_] = std::bit_cast<uint64_t>(values[i]);
    }
  }

  void flush() {
    if (database_->flush()) promise();
  }
  void close() {
    if (database_->close()) promise();
    shape_.reset();
    database_.reset();
  }
  void promise() {
    promised_ = possible_;
    forget_old();
  }
  void forget_old() {
    for (auto& [labels, samples] : promised_)
      samples.erase(samples.begin(), samples.lower_bound(retained_from_ms_));
  }

  void compact() {
    retained_from_ms_ = now_ms_ - kRetentionMs;
    forget_old();
    (void)database_->compact();
  }
  void clean() { (void)database_->clean_tombstones(); }

  void erase(const std::string& metric, int64_t begin_ms, int64_t end_ms) {
    const std::vector<std::vector<Matcher>> selectors{{equals("__name__", metric)}};
    const auto forget = [&](Model& model) {
      for (auto& [labels, samples] : model) {
        if (labels.get("__name__") == metric)
          samples.erase(samples.lower_bound(begin_ms), samples.upper_bound(end_ms));
      }
    };
    forget(promised_);
    if (database_->delete_series(selectors, {begin_ms, end_ms})) forget(possible_);
  }

  void snapshot() {
    if (disk_.is_off()) return;
    const auto name = database_->snapshot(false);
    if (!name) return failed_snapshots_.push_back(possible_);
    snapshots_.push_back({*name, possible_});
    promise();  // Its log was synced.
  }

  io::PowerCutDisk& disk_;
  const std::string folder_;
  std::mt19937_64 random_;
  TestContext context_;
  std::unique_ptr<Database> database_;
  storage::ShapePtr shape_;
  std::vector<storage::GroupId> groups_;
  std::vector<Labels> labels_;
  int64_t now_ms_ = 0;
  int64_t retained_from_ms_ = 0;
  Model promised_;  // has to be found
  Model possible_;  // may be found
  std::vector<Snapshot> snapshots_;
  std::vector<Model> failed_snapshots_;
};

// Samples of `some` that `all` does not have; the first of them in words, or nothing.
std::string missing_from(const Model& all, const Model& some) {
  for (const auto& [labels, samples] : some) {
    const auto found = all.find(labels);
    for (const auto& [time_ms, bits] : samples) {
      if (found != all.end()) {
        const auto sample = found->second.find(time_ms);
        if (sample != found->second.end() && sample->second == bits) continue;
      }
      return labels.to_string() + " at minute " + std::to_string(time_ms / kMinuteMs);
    }
  }
  return {};
}

std::string leftovers(const std::string& folder, size_t block_count) {
  size_t blocks = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string path = entry.path().string().substr(folder.size());
    if (path.starts_with("/snapshots/")) continue;
    if (path.ends_with(kTemporarySuffix)) return path;
    blocks += path.ends_with(kBlockSuffix) ? 1 : 0;
  }
  if (blocks == block_count) return {};
  return std::to_string(blocks) + " block files and " + std::to_string(block_count) + " blocks";
}

// What is wrong with the folder, or nothing.
std::string look_at(const std::string& folder, const Model& promised, const Model& possible) {
  TestContext context;
  DatabaseOptions options;
  options.retention.time_ms = 0;
  auto database = open_database(folder, context, options);
  if (database == nullptr) return "it does not open";
  const Model found = read_all(*database, {}, kAlways);
  if (const auto lost = missing_from(found, promised); !lost.empty()) return "lost: " + lost;
  if (const auto extra = missing_from(possible, found); !extra.empty()) return "never written: " + extra;
  if (const auto left = leftovers(folder, database->counters().blocks); !left.empty())
    return "left over: " + left;
  // And it goes on.
  const std::vector<Labels> columns{{{"__name__", "after"}}};
  const double one = 1;
  const auto group = database->open_group({{"job", "after"}}, {});
  const storage::Row row{1000 * kHourMs, std::span(&one, 1), {}};
  if (database->append(group, database->intern_shape(columns), row) != storage::AppendOutcome::Stored)
    return "it takes no row";
  if (const auto done = database->compact(); !done) return done.error().message();
  const Model later = read_all(*database, {}, kAlways);
  if (const auto lost = missing_from(later, found); !lost.empty()) return "lost by compacting: " + lost;
  return {};
}

std::string look_at_snapshots(const std::string& folder, const Life& life) {
  std::set<std::string> finished;
  for (const Life::Snapshot& snapshot : life.snapshots()) {
    finished.insert(snapshot.name);
    const std::string wrong =
        look_at(folder + "/snapshots/" + snapshot.name, snapshot.content, snapshot.content);
    if (!wrong.empty()) return "snapshot " + snapshot.name + ": " + wrong;
  }
  if (!std::filesystem::exists(folder + "/snapshots")) return {};
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/snapshots")) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kTemporarySuffix) || finished.contains(name)) continue;
    const auto is_right = [&](const Model& content) {
      return look_at(entry.path().string(), content, content).empty();
    };
    if (std::ranges::none_of(life.failed_snapshots(), is_right)) return "a snapshot of nothing: " + name;
  }
  return {};
}

enum class Trouble : uint8_t { None, PowerCut, OneFailure };

// The number of operations of a life in which that one has trouble; nothing when something was wrong.
std::optional<uint64_t> try_life(Trouble trouble, uint64_t operation, uint64_t seed) {
  const TemporaryFolder live;
  io::PowerCutDisk disk(live.path());
  if (trouble == Trouble::PowerCut) disk.cut_at(operation);
  if (trouble == Trouble::OneFailure) disk.fail_at(operation);
  Life life(disk, live.path() + "/tsdb", seed);
  life.live();
  std::mt19937_64 random(seed + operation);
  for (int draw = 0; draw < kDrawsPerCut; ++draw) {
    const TemporaryFolder later;
    if (const auto written = disk.write_survivors(later.path(), random); !written) {
      std::printf("%s\n", written.error().message().c_str());
      return std::nullopt;
    }
    const std::string found = later.path() + "/tsdb";
    std::string wrong = look_at_snapshots(found, life);
    if (wrong.empty()) wrong = look_at(found, life.promised(), life.possible());
    if (!wrong.empty()) {
      std::printf("%s at operation %" PRIu64 " (%s), draw %d, seed %" PRIu64 ": %s\n",
                  trouble == Trouble::OneFailure ? "a failure" : "power cut", operation,
                  disk.failed_operation().c_str(), draw, seed, wrong.c_str());
      return std::nullopt;
    }
  }
  return disk.operation_count();
}

int run(uint64_t every, uint64_t seed, std::optional<uint64_t> only) {
  const auto total = try_life(Trouble::None, 0, seed);
  if (!total) return 1;
  std::printf("%" PRIu64 " operations, every %" PRIu64 "th, seed %" PRIu64 "\n", *total, every, seed);
  size_t lives = 0;
  size_t wrong = 0;
  for (uint64_t at = only.value_or(seed % every); at < *total; at += only ? *total : every) {
    for (const Trouble trouble : {Trouble::PowerCut, Trouble::OneFailure}) {
      ++lives;
      wrong += try_life(trouble, at, seed) ? 0 : 1;
    }
  }
  std::printf("%zu lives, %zu wrong\n", lives, wrong);
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sonde::tsdb

int main(int argc, char** argv) {
  // In memory, where the look at what survived waits for no disk.
  if (std::filesystem::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
  const uint64_t every = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device{}();
  std::optional<uint64_t> only;
  if (argc > 3) only = std::strtoull(argv[3], nullptr, 10);
  return sonde::tsdb::run(std::max<uint64_t>(1, every), seed, only);
}
