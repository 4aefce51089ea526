#include <doctest/doctest.h>

#include <filesystem>

#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};
constexpr int64_t kMinuteMs = 60 * 1000;

// A group with the metrics a and b, a sample of each per minute.
struct Fixture {
  explicit Fixture(int minutes) {
    database = open_database(folder.path(), context);
    open_group();
    for (int i = 0; i < minutes; ++i) append(i);
  }
  void open_group() {
    const std::vector<Labels> columns{{{"__name__", "a"}, {"only_a", "1"}}, {{"__name__", "b"}}};
    shape = database->intern_shape(columns);
    group = database->open_group({{"job", "j"}}, {});
  }
  void append(int minute) {
    const double values[] = {minute * 1.5, minute * 2.0};
    REQUIRE(database->append(group, shape, {minute * kMinuteMs, values, {}}) ==
            storage::AppendOutcome::Stored);
  }
  void reopen() {
    shape.reset();
    database.reset();
    database = open_database(folder.path(), context);
    open_group();
  }
  // The minutes of the samples, without the markers of what ends.
  std::vector<int64_t> minutes(const std::string& metric) const {
    std::vector<int64_t> out;
    for (const auto& [labels, samples] : read_all(*database, {equals("__name__", metric)}, kAlways)) {
      for (const auto& [time_ms, bits] : samples) {
        if (bits != storage::kStaleNanBits) out.push_back(time_ms / kMinuteMs);
      }
    }
    return out;
  }
  Status erase(const std::string& metric, int from, int to) {
    const std::vector<std::vector<Matcher>> any_of{{equals("__name__", metric)}};
    return database->delete_series(any_of, {from * kMinuteMs, to * kMinuteMs});
  }
  std::vector<std::string> label_names() const { return *database->label_names({}, kAlways, 0); }

  TestContext context;
  TemporaryFolder folder;
  std::unique_ptr<Database> database;
  storage::ShapePtr shape;
  storage::GroupId group{};
};

std::vector<int64_t> numbers(int64_t begin, int64_t end) {
  std::vector<int64_t> out;
  for (int64_t i = begin; i < end; ++i) out.push_back(i);
  return out;
}

std::vector<int64_t> operator+(std::vector<int64_t> a, const std::vector<int64_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

uint64_t bytes_of(const std::string& folder) {
  uint64_t total = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) total += entry.file_size();
  }
  return total;
}

TEST_SUITE("scraper/tsdb/admin") {
  TEST_CASE("what is deleted is hidden at once and after a restart, and what comes later is not") {
    Fixture f(10);
    REQUIRE(f.erase("a", 3, 1000));
    CHECK(f.minutes("a") == numbers(0, 3));
    CHECK(f.minutes("b") == numbers(0, 10));
    f.append(10);
    CHECK(f.minutes("a") == numbers(0, 3) + numbers(10, 11));
    f.reopen();
    CHECK(f.minutes("a") == numbers(0, 3) + numbers(10, 11));
    CHECK(f.minutes("b") == numbers(0, 11));
  }

  TEST_CASE("deleted series leave the label lists") {
    Fixture f(10);
    CHECK(f.label_names() == std::vector<std::string>{"__name__", "job", "only_a"});
    REQUIRE(f.erase("a", 0, 1000));
    CHECK(f.label_names() == std::vector<std::string>{"__name__", "job"});
    CHECK(*f.database->label_values("__name__", {}, kAlways, 0) == std::vector<std::string>{"b"});
    CHECK(f.database->series({}, kAlways, 0)->size() == 1);
  }

  TEST_CASE("a deletion of nothing leaves nothing behind") {
    Fixture f(10);
    REQUIRE(f.erase("c", 0, 1000));
    REQUIRE(f.erase("a", 100, 200));
    CHECK_FALSE(std::filesystem::exists(f.folder.path() + "/TOMBSTONES"));
  }

  TEST_CASE("deleted samples leave blocks by themselves and free the disk") {
    Fixture f(1000);  // blocks up to 14 h, the rest in the head
    REQUIRE(f.database->compact());
    const uint64_t before = f.database->counters().blocks_bytes;
    REQUIRE(f.erase("a", 0, 500));
    REQUIRE(f.erase("b", 100, 102));
    const auto wanted_a = numbers(501, 1000);
    const auto wanted_b = numbers(0, 100) + numbers(103, 1000);
    CHECK(f.minutes("a") == wanted_a);
    CHECK(f.minutes("b") == wanted_b);
    REQUIRE(f.database->compact());
    CHECK(f.database->counters().blocks_bytes < before);
    CHECK(f.minutes("a") == wanted_a);
    CHECK(f.minutes("b") == wanted_b);
    // Without the tombstones, too.
    CHECK(std::filesystem::file_size(f.folder.path() + "/TOMBSTONES") == 4);
    f.reopen();
    CHECK(f.minutes("a") == wanted_a);
    CHECK(f.minutes("b") == wanted_b);
  }

  TEST_CASE("a deletion that the head is concerned by goes on until its rows are in blocks") {
    Fixture f(1000);
    REQUIRE(f.database->compact());
    REQUIRE(f.erase("a", 0, 1000));
    REQUIRE(f.database->clean_tombstones());
    CHECK(std::filesystem::file_size(f.folder.path() + "/TOMBSTONES") > 4);
    CHECK(f.minutes("a").empty());
    for (int i = 1000; i < 1300; ++i) f.append(i);
    CHECK(f.minutes("a") == numbers(1000, 1300));
    REQUIRE(f.database->compact());
    CHECK(std::filesystem::file_size(f.folder.path() + "/TOMBSTONES") == 4);
    CHECK(f.minutes("a") == numbers(1000, 1300));
    CHECK(f.minutes("b") == numbers(0, 1300));
  }

  TEST_CASE("a block without a sample left is gone") {
    Fixture f(1000);
    REQUIRE(f.database->compact());
    REQUIRE(f.erase("a", 0, 839));
    REQUIRE(f.erase("b", 0, 839));
    REQUIRE(f.database->clean_tombstones());
    CHECK(f.database->counters().blocks == 0);
    CHECK(std::filesystem::is_empty(f.folder.path() + "/blocks"));
    CHECK(f.minutes("b") == numbers(840, 1000));
  }

  TEST_CASE("a server can be started on a snapshot, which does not change any more") {
    Fixture f(1000);
    REQUIRE(f.database->compact());
    REQUIRE(f.erase("a", 900, 910));
    const auto name = f.database->snapshot(false);
    REQUIRE(name);
    const std::string folder = f.folder.path() + "/snapshots/" + *name;
    const uint64_t bytes = bytes_of(folder);
    for (int i = 1000; i < 1010; ++i) f.append(i);
    REQUIRE(f.database->flush());
    CHECK(bytes_of(folder) == bytes);
    CHECK(f.minutes("b") == numbers(0, 1010));
    const Model wanted = [&] {
      Model all = read_all(*f.database, {}, {INT64_MIN, 999 * kMinuteMs});
      return all;
    }();
    const auto copy = open_database(folder, f.context);
    REQUIRE(copy != nullptr);
    CHECK(read_all(*copy, {}, kAlways) == wanted);
    const auto without_head = f.database->snapshot(true);
    REQUIRE(without_head);
    CHECK(*without_head != *name);
    const auto blocks_only = open_database(f.folder.path() + "/snapshots/" + *without_head, f.context);
    REQUIRE(blocks_only != nullptr);
    CHECK(read_all(*blocks_only, {}, kAlways) == read_all(*f.database, {}, {INT64_MIN, 840 * kMinuteMs - 1}));
  }
}

}  // namespace
}  // namespace sonde::tsdb
