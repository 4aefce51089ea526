#include "scraper/prometheus_tsdb/wal_records.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

using Found = std::vector<std::pair<uint64_t, Sample>>;

// Nothing of a record that is damaged.
Found samples_of(const std::string& record, bool* failed = nullptr) {
  Found out;
  SampleRecordReader reader(io::as_bytes(record));
  SampleRecord found;
  while (reader.next(found)) out.emplace_back(found.reference, found.sample);
  if (failed != nullptr) *failed = reader.failed();
  return out;
}

std::string f64(double value) {
  return be(std::bit_cast<uint64_t>(value), 8);
}

// An entry of a record of histograms, behind its reference and time.
std::string histogram(bool is_float, int64_t schema) {
  const auto bucket = [&](int64_t value) {
    return is_float ? f64(static_cast<double>(value)) : signed_varint(value);
  };
  std::string out("\2");
  out += signed_varint(schema) + f64(0.001) + bucket(1) + bucket(12) + f64(18.5);
  out += varint(2) + signed_varint(-1) + varint(2) + signed_varint(3) + varint(1);
  out += varint(0);
  out += varint(3) + bucket(1) + bucket(-1) + bucket(300);
  out += varint(0);
  if (schema == -53) out += varint(2) + f64(0.5) + f64(1);
  return out;
}

TEST_SUITE("scraper/prometheus_tsdb/wal_records") {
  TEST_CASE("series are read with their labels") {
    const LabelPairs labels{{"__name__", "a"}, {"x", std::string(200, 'v')}};
    const std::string record = series_record({{5, labels}, {~0ULL, {}}});
    SeriesRecordReader reader(io::as_bytes(record));
    SeriesRecord series;
    REQUIRE(reader.next(series));
    CHECK(series.reference == 5);
    REQUIRE(series.labels.size() == 2);
    CHECK(series.labels[1].second == labels[1].second);
    REQUIRE(reader.next(series));
    CHECK(series.reference == ~0ULL);
    CHECK(series.labels.empty());
    CHECK_FALSE(reader.next(series));
    CHECK_FALSE(reader.failed());
  }

  TEST_CASE("samples of both versions are read") {
    const Found wanted{{100, {5000, 1.5}}, {99, {4990, std::bit_cast<double>(kStale)}}, {7, {6000, -0.0}}};
    CHECK(samples_of(samples_record(wanted)) == wanted);
    // Version 2: differences of references to the one before, of times to the first, and when counters began.
    std::string record("\x0b");
    record += signed_varint(100) + signed_varint(5000) + signed_varint(4000) + f64(1.5);
    record += signed_varint(-1) + signed_varint(-10) + '\0' + be(kStale, 8);
    record += signed_varint(-92) + signed_varint(1000) + '\2' + signed_varint(77) + f64(-0.0);
    CHECK(samples_of(record) == wanted);
    record += signed_varint(1) + signed_varint(1001) + '\1' + f64(3);
    CHECK(samples_of(record).back().first == 8);
    CHECK(samples_of("\2").empty());
  }

  TEST_CASE("times that make no sense fail the record") {
    bool failed = false;
    CHECK(samples_of(samples_record({{1, {INT64_MAX, 1}}}), &failed).empty());
    CHECK(failed);
  }

  TEST_CASE("tombstones are read") {
    const std::string record = tombstones_record({{5, -10, 1'700'000'000'000}});
    TombstoneRecordReader reader(io::as_bytes(record));
    TombstoneRecord found;
    REQUIRE(reader.next(found));
    CHECK(found.reference == 5);
    CHECK(found.time_min_ms == -10);
    CHECK(found.time_max_ms == 1'700'000'000'000);
    CHECK_FALSE(reader.next(found));
  }

  TEST_CASE("what is not carried over is counted") {
    std::string exemplars = "\4" + be(9, 8) + be(1000, 8);
    for (int i = 0; i < 3; ++i)
      exemplars += signed_varint(i) + signed_varint(-i) + f64(i) + varint(1) + sized("trace") + sized("abc");
    CHECK(*count_exemplars(io::as_bytes(exemplars)) == 3);
    std::string metadata("\6");
    for (int i = 0; i < 2; ++i)
      metadata +=
          varint(300) + "\1" + varint(2) + sized("UNIT") + sized("") + sized("HELP") + sized("Helps.");
    CHECK(*count_metadata(io::as_bytes(metadata)) == 2);
    for (const auto& [type, is_float, schema] : std::vector<std::tuple<char, bool, int64_t>>{
             {7, false, 3}, {8, true, 3}, {9, false, -53}, {10, true, -53}}) {
      std::string record = type + be(9, 8) + be(1000, 8);
      for (int i = 0; i < 4; ++i)
        record += signed_varint(i) + signed_varint(100 * i) + histogram(is_float, schema);
      CHECK(*count_histograms(io::as_bytes(record), INT64_MIN) == 4);
      CHECK(*count_histograms(io::as_bytes(record), 1200) == 2);
      for (size_t size = 18; size < record.size(); size += 5) {
        const auto cut = count_histograms(io::as_bytes(record.substr(0, size)), INT64_MIN);
        if (cut) CHECK(*cut < 4);
      }
    }
    for (const auto& [type, is_float] : std::vector<std::pair<char, bool>>{{12, false}, {13, true}}) {
      std::string record = type + signed_varint(9) + signed_varint(1000) + signed_varint(0);
      record += histogram(is_float, 1);
      record += signed_varint(1) + signed_varint(50) + '\2' + signed_varint(4) + histogram(is_float, 1);
      record += signed_varint(1) + signed_varint(60) + '\0' + histogram(is_float, 1);
      CHECK(*count_histograms(io::as_bytes(record), 1050) == 2);
    }
  }

  TEST_CASE("a record that is cut within an entry fails") {
    const std::string samples = samples_record({{100, {5000, 1.5}}});
    for (size_t size = 2; size < samples.size(); ++size) {
      bool failed = false;
      CHECK(samples_of(samples.substr(0, size), &failed).empty());
      // The first and last place where nothing is missing that was begun: base and no entry.
      CHECK(failed == (size != 17));
    }
    const std::string series = series_record({{5, {{"__name__", "a"}}}});
    for (size_t size = 2; size < series.size(); ++size) {
      const std::string cut = series.substr(0, size);
      SeriesRecordReader reader(io::as_bytes(cut));
      SeriesRecord found;
      CHECK_FALSE(reader.next(found));
      CHECK(reader.failed());
    }
    const std::string tombstones = tombstones_record({{5, 1000, 2000}});
    for (size_t size = 2; size < tombstones.size(); ++size) {
      const std::string cut = tombstones.substr(0, size);
      TombstoneRecordReader reader(io::as_bytes(cut));
      TombstoneRecord found;
      CHECK_FALSE(reader.next(found));
      CHECK(reader.failed());
    }
    // Counts of what is not there.
    CHECK_FALSE(count_metadata(io::as_bytes("\6\1\1" + varint(1ULL << 50))));
    CHECK_FALSE(count_exemplars(io::as_bytes("\4" + std::string(34, 'x') + varint(1ULL << 50))));
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
