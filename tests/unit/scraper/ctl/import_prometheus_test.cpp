#include "scraper/ctl/import_prometheus.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "common/io/file_system.h"
#include "scraper/tsdb/file_names.h"
#include "tests/unit/scraper/prometheus_tsdb/formats.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::ctl {
namespace {

namespace pt = prometheus_tsdb;

constexpr int64_t kDayMs = 24LL * 3600 * 1000;
constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};

void write_block(const TemporaryFolder& folder, char ulid_end, const std::vector<pt::WrittenSeries>& series,
                 int64_t time_min_ms, int64_t time_max_ms) {
  const std::string ulid = "01ABCDEFGHJKMNPQRSTVWXYZ0" + std::string(1, ulid_end);
  const pt::WrittenBlock block = pt::write_block(series);
  folder.write(ulid + "/meta.json", pt::meta_json(time_min_ms, time_max_ms));
  folder.write(ulid + "/index", block.index);
  folder.write(ulid + "/chunks/000001", block.chunks);
}

pt::WrittenSeries series(const std::string& name, std::vector<pt::Sample> samples) {
  return {{{"__name__", name}}, {{std::move(samples), 1, {}}}};
}

// What a database on the folder has.
tsdb::Model stored(const std::string& folder) {
  tsdb::TestContext context;
  const auto database = tsdb::open_database(folder, context);
  REQUIRE(database != nullptr);
  return tsdb::read_all(*database, {}, kAlways);
}

void want(tsdb::Model& model, const std::string& name, const std::vector<pt::Sample>& samples) {
  for (const pt::Sample& sample : samples)
    model[Labels{{"__name__", name}}][sample.time_ms] = std::bit_cast<uint64_t>(sample.value);
}

TEST_SUITE("ctl/import_prometheus") {
  TEST_CASE("overlapping blocks and a head become one history without a sample twice") {
    const TemporaryFolder source;
    const TemporaryFolder output;
    const double stale = std::bit_cast<double>(pt::kStale);
    write_block(source, '1', {series("a", {{10, 1}, {kDayMs + 5, 2}}), series("b", {{20, -0.0}})}, 0,
                kDayMs + 6);
    // Its description is narrower than what it holds.
    write_block(source, '2', {series("a", {{10, 1}, {30, 3}}), series("c", {{40, 4}, {5 * kDayMs, 6}})}, 0,
                100);
    source.write("wal/00000000",
                 pt::log_segment({pt::series_record({{1, {{"__name__", "a"}}}, {2, {{"__name__", "d"}}}}),
                                  pt::samples_record(
                                      {{1, {kDayMs + 5, 2}}, {1, {kDayMs + 6, stale}}, {2, {3 * kDayMs, 5}}}),
                                  "\4"}));
    size_t reports = 0;
    ImportOptions options;
    options.source = source.path();
    options.output = output.at("new/data");
    options.report = [&](const ImportProgress& progress) {
      ++reports;
      CHECK(progress.window == reports);
      CHECK(progress.windows == 6);
    };
    const auto imported = import_prometheus(options);
    REQUIRE_MESSAGE(imported.ok(), imported.error().message());
    CHECK(reports == 6);
    CHECK(imported->source_blocks == 2);
    REQUIRE(imported->blocks.size() == 4);
    CHECK(imported->blocks[0].name == "0-86400000-import-1.block");
    tsdb::Model wanted;
    want(wanted, "a", {{10, 1}, {30, 3}, {kDayMs + 5, 2}, {kDayMs + 6, stale}});
    want(wanted, "b", {{20, -0.0}});
    want(wanted, "c", {{40, 4}, {5 * kDayMs, 6}});
    want(wanted, "d", {{3 * kDayMs, 5}});
    CHECK(stored(options.output) == wanted);
    CHECK_FALSE(std::filesystem::exists(options.output + "/import-prometheus.tmp"));
    // Once more: other files, the same history.
    options.report = nullptr;
    const auto again = import_prometheus(options);
    REQUIRE(again);
    CHECK(again->blocks[0].name == "0-86400000-import-2.block");
    CHECK(stored(options.output) == wanted);
  }

  TEST_CASE("a window with more than a block's memory becomes several files") {
    const TemporaryFolder source;
    const TemporaryFolder output;
    std::vector<pt::WrittenSeries> all;
    tsdb::Model wanted;
    for (int i = 100; i < 140; ++i) {
      all.push_back(series("m" + std::to_string(i), {{i, 1}, {i + 1, 2}}));
      want(wanted, "m" + std::to_string(i), {{i, 1}, {i + 1, 2}});
    }
    write_block(source, '1', all, 0, 1000);
    ImportOptions options;
    options.source = source.path();
    options.output = output.path();
    options.block_memory_bytes_max = 1;
    const auto imported = import_prometheus(options);
    REQUIRE(imported);
    CHECK(imported->blocks.size() == 40);
    CHECK(stored(output.path()) == wanted);
  }

  TEST_CASE("an import that fails changes nothing") {
    const TemporaryFolder source;
    const TemporaryFolder output;
    write_block(source, '1', {series("a", {{10, 1}})}, 0, 100);
    write_block(source, '2', {series("a", {{2 * kDayMs, 1}})}, 2 * kDayMs, 2 * kDayMs + 1);
    const std::string damaged = source.at("01ABCDEFGHJKMNPQRSTVWXYZ02/chunks/000001");
    source.write("01ABCDEFGHJKMNPQRSTVWXYZ02/chunks/000001", "\x85\xbd\x40\xdd\1..." + std::string(30, 'x'));
    ImportOptions options;
    options.source = source.path();
    options.output = output.path();
    const auto imported = import_prometheus(options);
    REQUIRE_FALSE(imported);
    CHECK(imported.error().message().starts_with(damaged + ": byte 8: "));
    const tsdb::FileNames names{output.path()};
    CHECK_FALSE(std::filesystem::exists(names.blocks()));
    CHECK_FALSE(std::filesystem::exists(output.at("import-prometheus.tmp")));
  }

  TEST_CASE("folders that must not be written to are refused") {
    const TemporaryFolder source;
    const TemporaryFolder output;
    write_block(source, '1', {series("a", {{10, 1}})}, 0, 100);
    ImportOptions options;
    options.source = source.path();
    for (const char* within : {"", "/", "/data", "/x/.."}) {
      options.output = source.path() + within;
      const auto refused = import_prometheus(options);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().message().find("--output") != std::string::npos);
    }
    options.output = output.path();
    const auto lock = io::real_file_system().lock(tsdb::FileNames{output.path()}.lock(), "process 42\n");
    REQUIRE(lock);
    const auto refused = import_prometheus(options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().ends_with("is held by process 42: stop it first"));
    CHECK_FALSE(std::filesystem::exists(output.at("blocks")));
  }

  TEST_CASE("the summary names what was left behind") {
    Imported imported;
    imported.source_blocks = 2;
    imported.blocks.push_back({.path = {},
                               .name = {},
                               .time_min_ms = 0,
                               .time_max_ms = 60'000,
                               .series = 1,
                               .samples = 7,
                               .size_bytes = 2048});
    CHECK(
        import_summary(imported) ==
        "7 samples of 2 blocks and the head became 1 blocks of 2KiB\n"
        "the oldest is of 1970-01-01T00:00:00.000Z, the newest of 1970-01-01T00:01:00.000Z; a server deletes "
        "what is older than its --storage.tsdb.retention.time\n"
        "nothing was left behind\n");
    imported.left_behind = {.block_histograms = 1,
                            .head_histograms = 2,
                            .exemplars = 3,
                            .metadata = 4,
                            .unknown_records = 5,
                            .orphans = 6,
                            .damage = {"wal/1: byte 3: torn"}};
    CHECK(
        import_summary(imported).find("left behind:\n"
                                      "  1 samples of native histograms in blocks\n"
                                      "  2 samples of native histograms in the log\n"
                                      "  3 exemplars\n"
                                      "  4 entries of metadata (type, unit and help)\n"
                                      "  5 records of the log of an unknown type\n"
                                      "  6 samples or chunks of the head whose series the log does not name\n"
                                      "  what follows in wal/1: byte 3: torn\n") != std::string::npos);
  }
}

}  // namespace
}  // namespace sonde::ctl
