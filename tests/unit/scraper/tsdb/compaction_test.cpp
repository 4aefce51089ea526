#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/unit/common/io/fault_file_system.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};
constexpr int64_t kHourMs = 3600 * 1000;

// A database with one group of one column.
struct Fixture {
  explicit Fixture(DatabaseOptions options = {}) {
    options.file_system = &files;
    options.wal_write_interval_ms = 1000000;  // only flush() writes
    database = open_database(folder.path(), context, options);
    const std::vector<Labels> columns{{{"__name__", "m"}}};
    shape = database->intern_shape(columns);
    group = database->open_group({{"job", "j"}}, {});
  }
  storage::AppendOutcome append(int64_t time_ms, double value) {
    return database->append(group, shape, {time_ms, std::span(&value, 1), {}});
  }
  void close() {
    shape.reset();
    database.reset();
  }
  size_t samples() const {
    const Model model = read_all(*database, {}, kAlways);
    return model.empty() ? 0 : model.begin()->second.size();
  }

  TestContext context;
  TemporaryFolder folder;
  io::FaultFileSystem files;
  std::unique_ptr<Database> database;
  storage::ShapePtr shape;
  storage::GroupId group{};
};

TEST_SUITE("scraper/tsdb/faults") {
  TEST_CASE("a full disk refuses rows and keeps queries and recovers by itself") {
    Fixture f;
    CHECK(f.append(1000, 1) == storage::AppendOutcome::Stored);
    REQUIRE(f.database->flush());
    f.files.fail_after_bytes(3);
    CHECK(f.append(2000, 2) == storage::AppendOutcome::Stored);
    CHECK(f.database->flush().error().code() == ErrorCode::LimitExceeded);
    CHECK(f.append(3000, 3) == storage::AppendOutcome::Refused);
    CHECK(f.database->counters().refusing);
    CHECK(f.database->counters().rows_refused == 1);
    CHECK(f.samples() == 2);
    f.files.fail_after_bytes(-1);
    REQUIRE(f.database->flush());
    CHECK(f.append(4000, 4) == storage::AppendOutcome::Stored);
    CHECK_FALSE(f.database->counters().refusing);
    f.close();
    const auto again = open_database(f.folder.path(), f.context);
    const Model model = read_all(*again, {}, kAlways);
    REQUIRE(model.size() == 1);
    CHECK(model.begin()->second.size() == 3);
    CHECK(again->counters().log_corruptions == 0);
  }

  TEST_CASE("a block that cannot be written leaves the head as it was") {
    Fixture f;
    for (int i = 0; i < 1000; ++i) f.append(i * 60000, i);  // 16.6 hours
    f.files.fail_after_bytes(2000);
    CHECK_FALSE(f.database->compact());
    CHECK(f.database->counters().compactions_failed == 1);
    CHECK(f.samples() == 1000);
    f.files.fail_after_bytes(-1);
    REQUIRE(f.database->compact());
    CHECK(f.database->counters().blocks == 3);  // 6 h, 6 h and 2 h; the head keeps what is newer than 14 h
    CHECK(f.samples() == 1000);
    f.close();
    const auto again = open_database(f.folder.path(), f.context);
    CHECK(read_all(*again, {}, kAlways).begin()->second.size() == 1000);
  }

  TEST_CASE("a block without its line in the MANIFEST is not used") {
    Fixture f;
    for (int i = 0; i < 1000; ++i) f.append(i * 60000, i);
    REQUIRE(f.database->flush());
    // What a crash before the line leaves: the log as it was, and the block.
    const std::string copy = f.folder.path() + "/copy";
    std::filesystem::create_directories(copy);
    std::filesystem::copy(f.folder.path() + "/log", copy + "/log", std::filesystem::copy_options::recursive);
    std::filesystem::copy(f.folder.path() + "/MANIFEST", copy + "/MANIFEST");  // written by the start
    REQUIRE(f.database->compact());
    std::filesystem::copy(f.folder.path() + "/blocks", copy + "/blocks",
                          std::filesystem::copy_options::recursive);
    std::ofstream(copy + "/blocks/9-9-9.block.tmp") << "half";
    const auto again = open_database(copy, f.context);
    CHECK(again->counters().blocks == 0);
    CHECK(std::filesystem::is_empty(copy + "/blocks"));
    CHECK(read_all(*again, {}, kAlways).begin()->second.size() == 1000);
  }

  TEST_CASE("a damaged chunk is that query's error") {
    Fixture f;
    for (int i = 0; i < 1000; ++i) f.append(i * 60000, i * 1.1);
    REQUIRE(f.database->compact());
    f.close();
    std::string first;
    for (const auto& entry : std::filesystem::directory_iterator(f.folder.path() + "/blocks")) {
      if (first.empty() || entry.path().string() < first) first = entry.path().string();
    }
    const auto read = [&] {
      const auto database = open_database(f.folder.path(), f.context);
      const auto selection =
          database->select({}, {.range = kAlways, .step_ms = 0, .window_ms = 0, .function = {}});
      storage::Column column;
      return (*selection)->series_count() == 1 && (*selection)->read_column(0, column).ok() &&
             column.values.size() == 1000;
    };
    CHECK(read());
    const auto size = std::filesystem::file_size(first);
    size_t refused = 0;
    for (size_t at = 0; at < size; at += 7) {
      std::fstream file(first, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(at));
      const char byte = static_cast<char>(file.get());
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(byte ^ 0x40));
      file.flush();
      refused += read() ? 0 : 1;
      file.seekp(static_cast<std::streamoff>(at));
      file.put(byte);
    }
    // All but the padding between sections is covered by a checksum.
    CHECK(refused * 7 > size / 2);
    CHECK(read());
  }

  TEST_CASE("blocks of a whole window become one and a failing disk leaves them as they were") {
    DatabaseOptions options;
    options.retention.time_ms = 40 * kHourMs;  // a tenth is less than a window: nothing is merged yet
    Fixture f(options);
    for (int i = 0; i < 2000; ++i) f.append(i * 60000, i * 0.25);
    REQUIRE(f.database->compact());
    CHECK(f.database->counters().blocks == 16);
    const Model all = read_all(*f.database, {}, kAlways);
    f.database->set_retention({.time_ms = 0});
    size_t failures = 0;
    for (int64_t bytes = 0; f.database->counters().blocks > 3; bytes += 97) {
      f.files.fail_after_bytes(bytes);
      failures += f.database->compact() ? 0 : 1;
      f.files.fail_after_bytes(-1);
      CHECK(read_all(*f.database, {}, kAlways) == all);
      f.context.clock.now_ms += kHourMs;  // it waits after a failure
    }
    CHECK(failures > 10);
    CHECK(f.database->counters().blocks == 3);  // 24 h, 6 h and 2 h
    CHECK(read_all(*f.database, {}, kAlways) == all);
    f.close();
    const auto again = open_database(f.folder.path(), f.context);
    CHECK(again->counters().blocks == 3);
    CHECK(read_all(*again, {}, kAlways) == all);
  }

  TEST_CASE("a crash before the old blocks' files are gone does not bring them back") {
    Fixture f;
    for (int i = 0; i < 1000; ++i) f.append(i * 60000, i);
    f.database->set_retention({.time_ms = kHourMs * 10});
    REQUIRE(f.database->compact());
    const std::string copy = f.folder.path() + "/copy";
    std::filesystem::copy(f.folder.path() + "/blocks", copy);
    f.database->set_retention({.time_ms = 0});
    REQUIRE(f.database->compact());
    const auto block_count = [&] {
      const std::filesystem::directory_iterator entries(f.folder.path() + "/blocks");
      return std::distance(begin(entries), end(entries));
    };
    CHECK(block_count() == 3);
    f.close();
    std::filesystem::copy(
        copy, f.folder.path() + "/blocks",
        std::filesystem::copy_options::skip_existing | std::filesystem::copy_options::recursive);
    CHECK(block_count() == 9);
    const auto again = open_database(f.folder.path(), f.context);
    CHECK(again->counters().blocks == 3);
    CHECK(block_count() == 3);
  }

  TEST_CASE("blocks that were brought without their MANIFEST count") {
    Fixture f;
    for (int i = 0; i < 1000; ++i) f.append(i * 60000, i);
    REQUIRE(f.database->compact());
    const std::string copy = f.folder.path() + "/copy";
    std::filesystem::create_directories(copy);
    std::filesystem::copy(f.folder.path() + "/blocks", copy + "/blocks");
    for (int start = 0; start < 2; ++start) {
      const auto brought = open_database(copy, f.context);
      CHECK(brought->counters().blocks == 3);
      CHECK(read_all(*brought, {}, kAlways).begin()->second.size() == 14 * 60);
    }
  }

  TEST_CASE("retention by percentage is a size of the disk") {
    Fixture f;
    for (int i = 0; i < 1000; ++i) f.append(i * 60000, i);
    f.database->set_retention({.time_ms = 0, .bytes = 0, .percentage = 100});
    REQUIRE(f.database->compact());
    CHECK(f.database->counters().blocks == 3);
    f.database->set_retention({.time_ms = 0, .bytes = 0, .percentage = 1e-12});
    REQUIRE(f.database->compact());
    CHECK(f.database->counters().blocks == 0);
  }

  TEST_CASE("blocks older than the retention go and their files with them") {
    DatabaseOptions options;
    options.retention.time_ms = 4 * kHourMs;
    Fixture f(options);
    for (int i = 0; i < 1000; ++i) f.append(i * 60000, i);
    f.context.clock.now_ms = 14 * kHourMs;
    REQUIRE(f.database->compact());
    // Blocks of two hours up to 14 h. The one that ends at 10 h has a sample at 9:59.
    CHECK(f.database->counters().blocks == 2);
    CHECK(f.database->counters().blocks_deleted_by_time == 5);
    f.database->set_retention({.time_ms = 0, .bytes = 1});
    REQUIRE(f.database->compact());
    CHECK(f.database->counters().blocks == 0);
    CHECK(f.database->counters().blocks_deleted_by_size == 2);
    CHECK(std::filesystem::is_empty(f.folder.path() + "/blocks"));
    CHECK(f.samples() == 1000 - 14 * 60);
    f.close();
    const auto again = open_database(f.folder.path(), f.context);
    CHECK(read_all(*again, {}, kAlways).begin()->second.size() == 1000 - 14 * 60);
  }

  TEST_CASE("rows older than the newest block are out of bounds") {
    Fixture f;
    for (int i = 0; i < 1000; ++i) f.append(i * 60000, i);
    REQUIRE(f.database->compact());
    const auto other = f.database->open_group({{"job", "other"}}, {});
    const double value = 1;
    CHECK(f.database->append(other, f.shape, {14 * kHourMs - 1, std::span(&value, 1), {}}) ==
          storage::AppendOutcome::OutOfBounds);
    CHECK(f.database->append(other, f.shape, {14 * kHourMs, std::span(&value, 1), {}}) ==
          storage::AppendOutcome::Stored);
  }

  TEST_CASE("a group whose rows are all in blocks begins anew") {
    Fixture f;
    const auto ended = f.database->open_group({{"job", "ended"}}, {});
    const double value = 7;
    const auto append_ended = [&](int64_t time_ms) {
      return f.database->append(ended, f.shape, {time_ms, std::span(&value, 1), {}});
    };
    for (int i = 0; i < 1000; ++i) {
      f.append(i * 60000, i);
      if (i < 100) REQUIRE(append_ended(i * 60000) == storage::AppendOutcome::Stored);
    }
    REQUIRE(f.database->counters().head_groups == 2);
    REQUIRE(f.database->compact());
    CHECK(f.database->counters().head_groups == 1);
    CHECK(append_ended(99 * 60000) == storage::AppendOutcome::OutOfBounds);
    CHECK(append_ended(1000 * 60000) == storage::AppendOutcome::Stored);
    CHECK(append_ended(1000 * 60000 - 1) == storage::AppendOutcome::OutOfOrder);
    CHECK(f.database->counters().head_groups == 2);
    const auto samples = [&](const Database& database) {
      return read_all(database, {equals("job", "ended")}, kAlways).begin()->second.size();
    };
    CHECK(samples(*f.database) == 101);
    f.close();
    const auto again = open_database(f.folder.path(), f.context);
    CHECK(samples(*again) == 101);
  }

  TEST_CASE("readers and writers of different groups run side by side") {
    DatabaseOptions options;
    options.shard_count = 2;
    options.block_range_ms = 600 * 1000;
    TestContext context;
    const TemporaryFolder folder;
    const auto database = open_database(folder.path(), context, options);
    std::vector<Labels> columns;
    for (int c = 0; c < 70; ++c) columns.push_back({{"__name__", "m" + std::to_string(c)}});
    const auto shape = database->intern_shape(columns);
    constexpr int kRows = 600;
    // Every value of a row is the row's number, so that half a row would be seen.
    const auto write = [&](int writer) {
      const auto group = database->open_group({{"w", std::to_string(writer)}}, {});
      std::vector<double> values(columns.size());
      for (int row = 0; row < kRows; ++row) {
        std::ranges::fill(values, row);
        database->append(group, shape, {row * 1000 * 5, values, {}});
      }
    };
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    const auto read = [&] {
      while (!done.load()) {
        for (const auto& [labels, samples] : read_all(*database, {equals("__name__", "m69")}, kAlways)) {
          for (const auto& [time_ms, bits] : samples) {
            if (std::bit_cast<double>(bits) != static_cast<double>(time_ms / 5000)) wrong.fetch_add(1);
          }
        }
      }
    };
    std::thread reader(read);
    std::thread compactor([&] {
      while (!done.load()) {
        if (!database->compact()) wrong.fetch_add(1);
      }
    });
    std::thread first(write, 0);
    std::thread second(write, 1);
    first.join();
    second.join();
    done.store(true);
    reader.join();
    compactor.join();
    CHECK(wrong.load() == 0);
    for (const auto& [labels, samples] : read_all(*database, {}, kAlways)) CHECK(samples.size() <= kRows);
  }

  TEST_CASE("series that come and go leave no memory behind") {
    TestContext context;
    const TemporaryFolder folder;
    DatabaseOptions options;
    options.retention.time_ms = 6 * kHourMs;
    const auto database = open_database(folder.path(), context, options);
    const auto group = database->open_group({{"job", "j"}}, {});
    const std::vector<double> values(200, 1.0);
    uint64_t early_bytes = 0;
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::thread reader([&] {
      // What is found has the labels that were asked for, whatever becomes of the ids meanwhile.
      while (!done.load()) {
        for (const char* parity : {"0", "1"}) {
          for (const auto& [labels, samples] : read_all(*database, {equals("parity", parity)}, kAlways)) {
            const std::string_view number = labels.get("n");
            if (number.empty() || (number.back() - '0') % 2 != parity[0] - '0') wrong.fetch_add(1);
          }
        }
      }
    });
    for (int hour = 0; hour < 160; ++hour) {
      context.clock.now_ms = hour * kHourMs;
      for (int quarter = 0; quarter < 4; ++quarter) {
        std::vector<Labels> columns;
        for (size_t i = 0; i < values.size(); ++i) {
          const auto number = static_cast<size_t>(hour * 4 + quarter) * 100 + i;  // half of them are new
          columns.push_back(
              {{"__name__", "m"}, {"n", std::to_string(number)}, {"parity", std::to_string(number % 2)}});
        }
        const storage::Row row{hour * kHourMs + quarter * kHourMs / 4, values, {}};
        const auto shape = database->intern_shape(columns);
        database->append(group, shape, row);
        // So do groups.
        const Labels passing{{"job", "passing"}, {"number", std::to_string(hour * 4 + quarter)}};
        const auto once = database->open_group(passing, {});
        database->append(once, shape, row);
        database->close_group(once);
      }
      REQUIRE(database->compact());
      const DatabaseCounters counters = database->counters();
      if (hour == 40) early_bytes = counters.symbol_memory_bytes + counters.group_memory_bytes;
      if (hour > 40) CHECK(counters.symbol_memory_bytes + counters.group_memory_bytes < early_bytes * 3 / 2);
    }
    done.store(true);
    reader.join();
    CHECK(wrong.load() == 0);
  }
}

}  // namespace
}  // namespace sonde::tsdb
