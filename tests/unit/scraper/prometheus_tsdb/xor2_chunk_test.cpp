#include "scraper/prometheus_tsdb/xor2_chunk.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

// Written by hand after tsdb/docs/format/chunks.md: each way of time and value once.
std::string chunk_with(bool has_starts) {
  BitWriter out;
  out.bits(9, 16);
  out.bits(has_starts ? 1 : 0, 1);  // the first start is known
  out.bits(has_starts ? 2 : 0, 7);  // and changes at sample 2
  out.bytes(signed_varint(1000));
  out.bits(std::bit_cast<uint64_t>(1.0), 64);
  if (has_starts) out.bytes(signed_varint(500));
  const auto start = [&](uint64_t value, int bits) {
    if (has_starts) out.bits(value, bits);
  };
  // 1: 1010, value 2: a new window.
  out.bytes(varint(10));
  const uint64_t one_to_two = std::bit_cast<uint64_t>(1.0) ^ std::bit_cast<uint64_t>(2.0);
  out.bits(0b110, 3);
  out.bits(1, 5);
  out.bits(11, 6);
  out.bits(one_to_two >> 52, 11);
  // 2: 1020, unchanged.
  out.bits(0, 1);
  start(0b110'000001, 9);
  // 3: 1030, 1.0 in the window before.
  out.bits(0b10, 2);
  out.bits(0, 1);
  out.bits(one_to_two >> 52, 11);
  start(0, 1);
  // 4: 1040, stale.
  out.bits(0b11111, 5);
  start(0b10'001, 5);
  // 5: 1050, unchanged since the last that was not stale.
  out.bits(0, 1);
  start(0b11111111, 8);
  start(5, 64);
  // 6: 1050 + 10 - 4096, 13 bits; stale.
  out.bits(0b110, 3);
  out.bits(0x1000, 13);
  out.bits(0b111, 3);
  start(0, 1);
  // 7: a step of 520000 more, 20 bits; 2.0 in the window.
  out.bits(0b1110, 4);
  out.bits(520000, 20);
  out.bits(0b10, 2);
  out.bits(one_to_two >> 52, 11);
  start(0, 1);
  // 8: a step of 2^40 more, 64 bits; unchanged.
  out.bits(0b11110, 5);
  out.bits(1ULL << 40, 64);
  out.bits(0, 1);
  start(0, 1);
  return out.text();
}

std::vector<Sample> wanted() {
  const double stale = std::bit_cast<double>(kStale);
  std::vector<Sample> out{{1000, 1}, {1010, 2}, {1020, 2}, {1030, 1}, {1040, stale}, {1050, 1}};
  int64_t step_ms = 10 - 4096;
  out.push_back({out.back().time_ms + step_ms, stale});
  step_ms += 520000;
  out.push_back({out.back().time_ms + step_ms, 2});
  step_ms += 1LL << 40;
  out.push_back({out.back().time_ms + step_ms, 2});
  return out;
}

TEST_SUITE("scraper/prometheus_tsdb/xor2_chunk") {
  TEST_CASE("times and values are read and the beginnings of counters passed over") {
    for (const bool has_starts : {false, true}) {
      std::vector<Sample> samples;
      REQUIRE(read_xor2_chunk(io::as_bytes(chunk_with(has_starts)), samples));
      CHECK(samples == wanted());
    }
  }

  TEST_CASE("a chunk that is cut anywhere is an error and adds nothing") {
    const std::string chunk = chunk_with(true);
    std::vector<Sample> samples;
    for (size_t size = 0; size < chunk.size(); ++size) {
      CHECK_FALSE(read_xor2_chunk(io::as_bytes(chunk.substr(0, size)), samples));
      CHECK(samples.empty());
    }
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
