#include "scraper/prometheus_tsdb/chunk.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/chunk") {
  TEST_CASE("the encoding says who reads it") {
    const std::string data = xor_chunk({{5, 1}, {6, 2}});
    std::vector<Sample> samples;
    REQUIRE(read_chunk({Encoding::Xor, io::as_bytes(data)}, samples));
    CHECK(samples.size() == 2);
    CHECK(read_chunk({Encoding::Histogram, io::as_bytes(data)}, samples).error().code() ==
          ErrorCode::Unsupported);
    const auto unknown = read_chunk({static_cast<Encoding>(9), io::as_bytes(data)}, samples);
    CHECK(unknown.error().message() == "chunk encoding 9 is not known");
    CHECK(samples.size() == 2);
  }

  TEST_CASE("a chunk of histograms says how many there are") {
    const std::string data = be(0xc005, 2);
    CHECK(chunk_sample_count({Encoding::Histogram, io::as_bytes(data)}) == 0xc005);
    // Two bits of flags, and 14 of the number.
    CHECK(chunk_sample_count({Encoding::HistogramSt, io::as_bytes(data)}) == 5);
    CHECK(chunk_sample_count({Encoding::FloatHistogram, {}}) == 0);
    CHECK(is_histogram(Encoding::FloatHistogramSt));
    CHECK_FALSE(is_histogram(Encoding::Xor2));
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
