#include "scraper/prometheus_tsdb/record_compression.h"

#include <doctest/doctest.h>
#include <snappy.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

std::string long_text() {
  std::string out;
  for (int i = 0; i < 50'000; ++i) out += std::to_string(i * 7919 % 1000);
  return out;
}

TEST_SUITE("scraper/prometheus_tsdb/record_compression") {
  TEST_CASE("what the libraries compress comes back") {
    for (const std::string& text : {std::string("x"), std::string(300'000, 'a'), long_text()}) {
      std::string out = "old";
      std::string compressed;
      ::snappy::Compress(text.data(), text.size(), &compressed);
      REQUIRE(uncompress_record(RecordCompression::Snappy, io::as_bytes(compressed), 1 << 20, out));
      CHECK(out == text);
      REQUIRE(uncompress_record(RecordCompression::Zstd, io::as_bytes(zstd_of(text)), 1 << 20, out));
      CHECK(out == text);
    }
  }

  TEST_CASE("data that is cut anywhere is an error") {
    const std::string text = "the quick brown fox jumps over the lazy dog, and over the lazy dog again";
    std::string out;
    const std::string zstd = zstd_of(text);
    for (size_t size = 0; size < zstd.size(); ++size)
      CHECK_FALSE(uncompress_record(RecordCompression::Zstd, io::as_bytes(zstd.substr(0, size)), 1000, out));
    CHECK_FALSE(uncompress_record(RecordCompression::Zstd, io::as_bytes(zstd + "x"), 1000, out));
    const std::string snappy = snappy_of(text);
    for (size_t size = 0; size < snappy.size(); ++size)
      CHECK_FALSE(
          uncompress_record(RecordCompression::Snappy, io::as_bytes(snappy.substr(0, size)), 1000, out));
  }

  TEST_CASE("more than the limit is refused before it takes memory") {
    std::string out;
    const auto code = [&](RecordCompression kind, const std::string& data) {
      return uncompress_record(kind, io::as_bytes(data), 1000, out).error().code();
    };
    CHECK(code(RecordCompression::Snappy, snappy_of(std::string(1001, 'a'))) == ErrorCode::LimitExceeded);
    CHECK(code(RecordCompression::Zstd, zstd_of(std::string(10'000'000, 'a'))) == ErrorCode::LimitExceeded);
    // A few bytes that claim to be many.
    CHECK(code(RecordCompression::Snappy, varint(999) + "\1a") == ErrorCode::Corrupt);
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
