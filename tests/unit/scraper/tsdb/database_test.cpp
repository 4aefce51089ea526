#include "scraper/tsdb/database.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};

TEST_SUITE("scraper/tsdb/database") {
  TEST_CASE("rows come back as they were appended") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_database(folder.path(), context);
    REQUIRE(database != nullptr);
    const std::vector<Labels> columns{{{"__name__", "a"}}, {{"__name__", "b"}, {"cpu", "0"}}};
    const auto shape = database->intern_shape(columns);
    const auto group = database->open_group({{"job", "node"}, {"instance", "x:1"}}, {});
    const std::vector<double> first{1, 2.5};
    const std::vector<double> second{2, 2.5};
    CHECK(database->append(group, shape, {1000, first, {}}) == storage::AppendOutcome::Stored);
    CHECK(database->append(group, shape, {2000, second, {}}) == storage::AppendOutcome::Stored);
    const Model model = read_all(*database, {equals("__name__", "a")}, kAlways);
    REQUIRE(model.size() == 1);
    CHECK(model.begin()->first == Labels{{"__name__", "a"}, {"job", "node"}, {"instance", "x:1"}});
    CHECK(model.begin()->second ==
          Samples{{1000, std::bit_cast<uint64_t>(1.0)}, {2000, std::bit_cast<uint64_t>(2.0)}});
    CHECK(read_all(*database, {equals("job", "node")}, kAlways).size() == 2);
    CHECK(read_all(*database, {equals("job", "other")}, kAlways).empty());
  }

  TEST_CASE("a group's times only ascend") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_database(folder.path(), context);
    const std::vector<Labels> columns{{{"__name__", "a"}}};
    const auto shape = database->intern_shape(columns);
    const auto group = database->open_group({{"job", "node"}}, {});
    const std::vector<double> one{1};
    const std::vector<double> two{2};
    CHECK(database->append(group, shape, {1000, one, {}}) == storage::AppendOutcome::Stored);
    CHECK(database->append(group, shape, {999, one, {}}) == storage::AppendOutcome::OutOfOrder);
    CHECK(database->append(group, shape, {1000, two, {}}) == storage::AppendOutcome::Duplicate);
    CHECK(database->append(group, shape, {1000, one, {}}) == storage::AppendOutcome::Stored);
    CHECK(read_all(*database, {}, kAlways).begin()->second.size() == 1);
  }

  TEST_CASE("a series that moves between groups does not end where it goes on") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_database(folder.path(), context);
    const std::vector<Labels> whole{{{"__name__", "a"}, {"x", "1"}}, {{"__name__", "b"}}};
    const std::vector<Labels> rest{{{"__name__", "b"}}};
    const std::vector<Labels> part{{{"__name__", "a"}}};
    const auto first = database->open_group({{"job", "j"}}, {});
    const auto second = database->open_group({{"job", "j"}, {"x", "1"}}, {});
    const std::vector<double> two{1, 2};
    const std::vector<double> one{1};
    for (const int64_t time_ms : {1000, 3000, 5000}) {
      database->append(first, database->intern_shape(whole), {time_ms, two, {}});
      database->append_stale(second, time_ms);
      database->append(first, database->intern_shape(rest), {time_ms + 1000, one, {}});
      database->append(second, database->intern_shape(part), {time_ms + 1000, one, {}});
    }
    database->append_stale(first, 7000);
    database->append_stale(second, 7000);
    const Model model = read_all(*database, {equals("__name__", "a")}, kAlways);
    REQUIRE(model.size() == 1);
    const auto bits = std::bit_cast<uint64_t>(1.0);
    CHECK(model.begin()->second == Samples{{1000, bits},
                                           {2000, bits},
                                           {3000, bits},
                                           {4000, bits},
                                           {5000, bits},
                                           {6000, bits},
                                           {7000, storage::kStaleNanBits}});
  }

  TEST_CASE("a second database on the same folder is refused and told who has it") {
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_database(folder.path(), context);
    DatabaseOptions options;
    options.path = folder.path();
    const auto second = Database::open(options, context.clock, context.logger);
    REQUIRE_FALSE(second);
    CHECK(second.error().message().find("held by process " + std::to_string(::getpid())) !=
          std::string::npos);
  }
}

// Random values of every kind, with runs of equal ones.
double random_value(std::mt19937_64& random, double before) {
  switch (random() % 16) {
    case 0:
      return before + static_cast<double>(random() % 1000);
    case 1:
      return static_cast<double>(random() % 100000) / 100.0;
    case 2:
      return static_cast<double>(random() % 1000000) * 0.001;
    case 3:
      return static_cast<double>(random() % 1000000) / 1000.0 / 1000.0;
    case 4: {
      constexpr double kSpecial[] = {0.0,
                                     -0.0,
                                     5e-324,
                                     1e308,
                                     9007199254740993.0,
                                     -1e18,
                                     1e21,
                                     std::numeric_limits<double>::infinity(),
                                     -std::numeric_limits<double>::infinity()};
      return kSpecial[random() % std::size(kSpecial)];
    }
    case 5:
      return std::bit_cast<double>(random() % 2 == 0 ? storage::kStaleNanBits : storage::kNormalNanBits);
    case 6:
      return std::bit_cast<double>(random());
    case 7:
      return before + 1;
    default:
      return before;
  }
}

// One simulated target: its columns come and go, and the model knows what must be read.
struct SimulatedTarget {
  storage::GroupId group;
  Labels labels;
  bool absence_is_stale = true;
  int64_t time_ms = 0;
  std::vector<Labels> columns;
  std::vector<double> values;
  std::vector<Labels> present;  // in the last row
};

Labels join(const Labels& a, const Labels& b) {
  std::vector<Label> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  return Labels(std::move(all));
}

void note_row(SimulatedTarget& target, const std::vector<uint64_t>& absent, int64_t time_ms, Model& model) {
  std::vector<Labels> present;
  for (size_t i = 0; i < target.columns.size(); ++i) {
    if (((absent[i / 64] >> (i % 64)) & 1) != 0) continue;
    const Labels labels = join(target.labels, target.columns[i]);
    model[labels][time_ms] = std::bit_cast<uint64_t>(target.values[i]);
    present.push_back(labels);
  }
  for (const Labels& labels : target.present) {
    const bool is_gone = std::find(present.begin(), present.end(), labels) == present.end();
    if (is_gone && target.absence_is_stale) model[labels][time_ms] = storage::kStaleNanBits;
  }
  target.present = std::move(present);
}

void change_columns(SimulatedTarget& target, std::mt19937_64& random, int& next_name) {
  if (random() % 2 == 0 && target.columns.size() > 1) {
    const size_t gone = random() % target.columns.size();
    target.columns.erase(target.columns.begin() + static_cast<ptrdiff_t>(gone));
    target.values.erase(target.values.begin() + static_cast<ptrdiff_t>(gone));
    return;
  }
  const size_t at = random() % (target.columns.size() + 1);
  target.columns.insert(
      target.columns.begin() + static_cast<ptrdiff_t>(at),
      Labels{{"__name__", "m" + std::to_string(next_name % 7)}, {"n", std::to_string(next_name)}});
  ++next_name;
  target.values.insert(target.values.begin() + static_cast<ptrdiff_t>(at),
                       static_cast<double>(random() % 10));
}

void append_random_row(Database& database, SimulatedTarget& target, std::mt19937_64& random, int& next_name,
                       int64_t& now_ms, Model& model) {
  now_ms += random() % 20 == 0 ? static_cast<int64_t>(random() % 100000) + 1 : 5000;
  target.time_ms = now_ms;
  if (random() % 40 == 0) change_columns(target, random, next_name);
  if (random() % 50 == 0) {
    REQUIRE(database.append_stale(target.group, target.time_ms) == storage::AppendOutcome::Stored);
    note_row(target, std::vector<uint64_t>(target.columns.size() / 64 + 1, ~0ULL), target.time_ms, model);
    return;
  }
  std::vector<uint64_t> absent(target.columns.size() / 64 + 1, 0);
  const bool has_absent = random() % 10 == 0;
  for (size_t i = 0; i < target.columns.size(); ++i) {
    target.values[i] = random_value(random, target.values[i]);
    if (has_absent && random() % 4 == 0) absent[i / 64] |= 1ULL << (i % 64);
  }
  const auto shape = database.intern_shape(target.columns);
  const storage::Row row{target.time_ms, target.values,
                         has_absent ? std::span<const uint64_t>(absent) : std::span<const uint64_t>()};
  REQUIRE(database.append(target.group, shape, row) == storage::AppendOutcome::Stored);
  note_row(target, absent, target.time_ms, model);
}

Model cut(const Model& model, storage::TimeRange range) {
  Model out;
  for (const auto& [labels, samples] : model) {
    Samples kept;
    for (const auto& [time_ms, bits] : samples) {
      if (time_ms >= range.start_ms && time_ms <= range.end_ms) kept.emplace(time_ms, bits);
    }
    if (!kept.empty()) out[labels] = std::move(kept);
  }
  return out;
}

// A marker at the range's start is not seen when the sample before it is outside.
Model without_leading_stale(Model model) {
  for (auto& [labels, samples] : model) {
    while (!samples.empty() && samples.begin()->second == storage::kStaleNanBits)
      samples.erase(samples.begin());
  }
  std::erase_if(model, [](const auto& entry) { return entry.second.empty(); });
  return model;
}

void check_same(const Model& got, const Model& wanted) {
  CHECK(got.size() == wanted.size());
  for (const auto& [labels, samples] : wanted) {
    const auto at = got.find(labels);
    const std::string text = labels.to_string();
    CAPTURE(text);
    REQUIRE(at != got.end());
    REQUIRE(at->second.size() == samples.size());
    for (auto mine = at->second.begin(), theirs = samples.begin(); mine != at->second.end();
         ++mine, ++theirs) {
      CAPTURE(theirs->first);
      REQUIRE(mine->first == theirs->first);
      REQUIRE(mine->second == theirs->second);
    }
  }
}

void run_random(uint64_t seed, size_t rows, bool with_restarts, bool with_blocks) {
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  TestContext context;
  const TemporaryFolder folder;
  DatabaseOptions options;
  options.block_range_ms = 30 * 60 * 1000;
  auto database = open_database(folder.path(), context, options);
  REQUIRE(database != nullptr);
  Model model;
  int64_t now_ms = 1700000000000;
  int next_name = 0;
  std::vector<SimulatedTarget> targets(1 + random() % 4);
  const auto open_targets = [&] {
    for (size_t i = 0; i < targets.size(); ++i) {
      SimulatedTarget& target = targets[i];
      target.labels = Labels{{"job", "test"}, {"instance", std::to_string(i)}};
      target.absence_is_stale = i != 1;
      target.group = database->open_group(target.labels, {.absence_is_stale = target.absence_is_stale});
    }
  };
  open_targets();
  for (SimulatedTarget& target : targets) {
    for (size_t i = 1 + random() % 150; i > 0; --i) change_columns(target, random, next_name);
  }
  for (size_t i = 0; i < rows; ++i) {
    append_random_row(*database, targets[random() % targets.size()], random, next_name, now_ms, model);
    if (with_restarts && random() % 100 == 0) {
      database.reset();
      database = open_database(folder.path(), context, options);
      open_targets();
    }
    if (with_blocks && random() % 60 == 0) REQUIRE(database->compact());
  }
  check_same(read_all(*database, {}, kAlways), model);
  for (int i = 0; i < 5; ++i) {
    const int64_t start_ms = 1700000000000 + static_cast<int64_t>(random() % 4000000);
    const storage::TimeRange range{start_ms, start_ms + static_cast<int64_t>(random() % 3000000)};
    check_same(without_leading_stale(read_all(*database, {}, range)),
               without_leading_stale(cut(model, range)));
  }
}

TEST_SUITE("scraper/tsdb/database against a plain map") {
  TEST_CASE("random rows are read back bit for bit") {
    for (uint64_t seed = 1; seed <= 10; ++seed) run_random(seed, 600, false, false);
  }
  TEST_CASE("random rows survive restarts bit for bit") {
    for (uint64_t seed = 101; seed <= 106; ++seed) run_random(seed, 600, true, false);
  }
  TEST_CASE("random rows are read alike from blocks and head") {
    for (uint64_t seed = 201; seed <= 208; ++seed) run_random(seed, 1500, false, true);
  }
  TEST_CASE("random rows survive restarts with blocks") {
    for (uint64_t seed = 301; seed <= 304; ++seed) run_random(seed, 1500, true, true);
  }
}

}  // namespace
}  // namespace sonde::tsdb
