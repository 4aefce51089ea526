#include "scraper/prometheus_tsdb/head.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/test_cursor.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr TimeWindow kAlways{-kTimeMsMax, kTimeMsMax};
const LabelPairs kA{{"__name__", "a"}};
const LabelPairs kB{{"__name__", "b"}};
const Labels kLabelsA{{"__name__", "a"}};
const Labels kLabelsB{{"__name__", "b"}};

// A folder with a head, opened.
struct Opened {
  explicit Opened(const TemporaryFolder& at) {
    auto read = read_data_folder(io::real_file_system(), at.path());
    REQUIRE_MESSAGE(read.ok(), read.error().message());
    folder = std::make_unique<DataFolder>(*std::move(read));
    auto opened = Head::open(io::real_file_system(), *folder, left);
    REQUIRE_MESSAGE(opened.ok(), opened.error().message());
    head = *std::move(opened);
  }
  SeriesMap series(TimeWindow window = kAlways) const { return read_cursor(*head->cursor(window)); }

  std::unique_ptr<DataFolder> folder;
  LeftBehind left;
  std::unique_ptr<Head> head;
};

TEST_SUITE("scraper/prometheus_tsdb/head") {
  TEST_CASE("series and samples of checkpoint and segments come together") {
    const TemporaryFolder folder;
    folder.write("wal/checkpoint.00000003/00000000",
                 log_segment({series_record({{2, kB}}), samples_record({{2, {1000, 1}}})}, 8));
    folder.write("wal/00000003", log_segment({samples_record({{2, {1500, 9}}})}));
    folder.write("wal/00000004",
                 log_segment({series_record({{1, kA}, {9, kB}}),
                              samples_record({{1, {2000, 2}}, {9, {2000, 3}}, {5, {2000, 4}}}),
                              std::string("\x63new")}));
    const Opened opened(folder);
    // Two numbers of one label set are one series; the sample of an unknown series is counted.
    CHECK(opened.series() == SeriesMap{{kLabelsA, {{2000, 2}}}, {kLabelsB, {{1000, 1}, {2000, 3}}}});
    CHECK(opened.series({0, 2000}) == SeriesMap{{kLabelsB, {{1000, 1}}}});
    CHECK(opened.left.orphans == 1);
    CHECK(opened.left.unknown_records == 1);
    CHECK(opened.head->logged_sample_count() == 3);
    CHECK(opened.head->windows(7200'000) == std::set<int64_t>{0});
  }

  TEST_CASE("a number that is given to another series counts from there on") {
    const TemporaryFolder folder;
    folder.write("wal/00000000", log_segment({series_record({{1, kA}}), samples_record({{1, {1000, 1}}}),
                                              series_record({{1, kB}}), samples_record({{1, {2000, 2}}})}));
    CHECK(Opened(folder).series() == SeriesMap{{kLabelsA, {{1000, 1}}}, {kLabelsB, {{2000, 2}}}});
  }

  TEST_CASE("what the log repeats of chunks and what it refused does not count") {
    const TemporaryFolder folder;
    folder.write("wal/00000000", log_segment({series_record({{1, kA}}), samples_record({{1, {1000, 1}},
                                                                                        {1, {2000, 2}},
                                                                                        {1, {3000, 3}},
                                                                                        {1, {2500, 99}},
                                                                                        {1, {3000, 98}},
                                                                                        {1, {4000, 4}}})}));
    folder.write("chunks_head/000001",
                 head_chunk_file(
                     {{1, {{{1000, 1}, {2000, 2}}, 1, {}}, false}, {7, {{{1000, 1}}, 1, {}}, false}}, 1000));
    const Opened opened(folder);
    CHECK(opened.series() == SeriesMap{{kLabelsA, {{1000, 1}, {2000, 2}, {3000, 3}, {4000, 4}}}});
    CHECK(opened.left.orphans == 1);
  }

  TEST_CASE("what blocks have does not come again and late samples come from their own log") {
    const TemporaryFolder folder;
    folder.write("01ABCDEFGHJKMNPQRSTVWXYZ00/meta.json", meta_json(0, 2000));
    folder.write("wal/00000000",
                 log_segment({series_record({{1, kA}}),
                              samples_record({{1, {1000, 1}}, {1, {2000, 2}}, {1, {3000, 3}}})}));
    folder.write("wbl/00000000",
                 log_segment({samples_record({{1, {1200, 7}}, {1, {3000, 8}}}), "\5" + be(1, 8)}, 16));
    folder.write("chunks_head/000001", head_chunk_file({{1, {{{500, 1}, {1000, 1}}, 1, {}}, false},
                                                        {1, {{{100, 5}, {1300, 6}}, 1, {}}, true}}));
    const Opened opened(folder);
    CHECK(opened.series() ==
          SeriesMap{{kLabelsA, {{2000, 2}, {3000, 3}, {100, 5}, {1300, 6}, {1200, 7}, {3000, 8}}}});
  }

  TEST_CASE("deletions hold and those of all time only mean that a series went to a block") {
    const TemporaryFolder folder;
    folder.write("wal/00000000",
                 log_segment({series_record({{1, kA}, {2, kB}}),
                              samples_record({{1, {1000, 1}}, {2, {1000, 1}}, {1, {2000, 2}}}),
                              tombstones_record({{1, 500, 1500}, {2, INT64_MIN, INT64_MAX}, {9, 0, 1}})}));
    CHECK(Opened(folder).series() == SeriesMap{{kLabelsA, {{2000, 2}}}, {kLabelsB, {{1000, 1}}}});
  }

  TEST_CASE("damage in chunks leaves their samples to the log") {
    const TemporaryFolder folder;
    folder.write("wal/00000000",
                 log_segment({series_record({{1, kA}}),
                              samples_record({{1, {1000, 1}}, {1, {2000, 2}}, {1, {3000, 3}}})}));
    std::string damaged =
        head_chunk_file({{1, {{{1000, 1}}, 1, {}}, false}, {1, {{{2000, 2}}, 1, {}}, false}});
    damaged.back() ^= 1;
    folder.write("chunks_head/000001", damaged);
    folder.write("chunks_head/000002", head_chunk_file({{1, {{{3000, 3}}, 1, {}}, false}}));
    const Opened opened(folder);
    CHECK(opened.series() == SeriesMap{{kLabelsA, {{1000, 1}, {2000, 2}, {3000, 3}}}});
    REQUIRE(opened.left.damage.size() == 1);
    CHECK(opened.left.damage[0].starts_with(folder.at("chunks_head/000001") + ": byte "));
  }

  TEST_CASE("a limit on memory changes nothing but how often the log is read") {
    const TemporaryFolder folder;
    std::vector<std::pair<uint64_t, LabelPairs>> series;
    SeriesMap wanted;
    std::vector<std::string> records;
    for (uint64_t i = 0; i < 20; ++i) series.push_back({i, {{"n", std::to_string(i)}}});
    records.push_back(series_record(series));
    for (int64_t time_ms = 0; time_ms < 50; ++time_ms) {
      std::vector<std::pair<uint64_t, Sample>> samples;
      for (uint64_t i = 0; i < 20; ++i) {
        // One series has most of them.
        if (i != 13 && (static_cast<uint64_t>(time_ms) + i) % 9 != 0) continue;
        samples.push_back({i, {time_ms, static_cast<double>(i)}});
        wanted[Labels{{"n", std::to_string(i)}}].push_back(samples.back().second);
      }
      records.push_back(samples_record(samples));
    }
    folder.write("wal/00000000", log_segment(records));
    const Opened opened(folder);
    for (const size_t limit : {1, 7, 40, 100, 10'000}) {
      CHECK(read_cursor(*opened.head->cursor(kAlways, limit)) == wanted);
      const auto logged = opened.head->read_log(0, kAlways, limit);
      REQUIRE(logged);
      size_t held = 0;
      for (const LoggedSamples& one : *logged) held += one.in_order.size();
      CHECK((held <= limit || logged->size() == 1));
    }
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
