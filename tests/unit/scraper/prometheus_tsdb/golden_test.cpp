// What Prometheus itself wrote: tests/golden/prometheus.
#include <doctest/doctest.h>

#include <algorithm>

#include "scraper/prometheus_tsdb/block.h"
#include "scraper/prometheus_tsdb/head.h"
#include "tests/unit/scraper/prometheus_tsdb/test_cursor.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

const std::string kGolden = "tests/golden/prometheus";
constexpr TimeWindow kAlways{-kTimeMsMax, kTimeMsMax};

size_t sample_count(const SeriesMap& series) {
  size_t count = 0;
  for (const auto& [labels, samples] : series) count += samples.size();
  return count;
}

Labels scraped(std::vector<Label> labels) {
  labels.push_back({"instance", "i"});
  labels.push_back({"job", "j"});
  return Labels(std::move(labels));
}

TEST_SUITE("scraper/prometheus_tsdb/golden") {
  TEST_CASE("a block has the series and samples that its description counts") {
    const auto text = io::read_file(io::real_file_system(), kGolden + "/block/meta.json", kMetaBytesMax);
    REQUIRE(text);
    const auto meta = parse_block_meta(*text);
    REQUIRE(meta);
    const auto block = Block::open(io::real_file_system(), {kGolden + "/block", *meta});
    REQUIRE_MESSAGE(block.ok(), block.error().message());
    LeftBehind left;
    const SeriesMap series = read_cursor(*(*block)->cursor(kAlways, left));
    CHECK(series.size() == 8);
    CHECK(sample_count(series) == meta->samples);
    const auto& values = series.at(scraped({{"__name__", "c_total"}, {"code", "200"}}));
    for (size_t i = 1; i < values.size(); ++i) CHECK(values[i].value == values[i - 1].value + 1);
    CHECK(values.front().time_ms >= meta->time_min_ms);
    CHECK(values.back().time_ms < meta->time_max_ms);
    // A series that comes and goes ends with stale markers.
    const auto& gone = series.at(scraped({{"__name__", "g"}, {"gone", "now\"and\\then é"}}));
    CHECK(std::ranges::any_of(
        gone, [](const Sample& sample) { return std::bit_cast<uint64_t>(sample.value) == kStale; }));
  }

  TEST_CASE("a log and head chunks are read without damage") {
    const TemporaryFolder folder;
    for (const auto& [from, to] :
         {std::pair("wal_segment", "wal/00000000"), std::pair("head_chunks", "chunks_head/000001")}) {
      const auto content = io::read_file(io::real_file_system(), kGolden + "/" + from, 1 << 20);
      REQUIRE(content);
      folder.write(to, *content);
    }
    const auto data = read_data_folder(io::real_file_system(), folder.path());
    REQUIRE(data);
    LeftBehind left;
    const auto head = Head::open(io::real_file_system(), *data, left);
    REQUIRE(head);
    for (const std::string& damage : left.damage) FAIL_CHECK(damage);
    CHECK(left.exemplars > 0);
    CHECK((*head)->logged_sample_count() > 0);
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
