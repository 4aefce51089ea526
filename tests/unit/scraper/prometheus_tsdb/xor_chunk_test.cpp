#include "scraper/prometheus_tsdb/xor_chunk.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

double from_bits(uint64_t bits) {
  return std::bit_cast<double>(bits);
}

TEST_SUITE("scraper/prometheus_tsdb/xor_chunk") {
  TEST_CASE("a chunk is read as its document says") {
    // Two samples: times 1000 and 16000, values 1 and 1; the second value's bit is 0.
    const std::string chunk =
        be(2, 2) + "\xd0\x0f" + be(0x3ff0000000000000, 8) + "\x98\x75" + std::string(1, '\0');
    std::vector<Sample> samples;
    REQUIRE(read_xor_chunk(io::as_bytes(chunk), samples));
    CHECK(samples == std::vector<Sample>{{1000, 1}, {16000, 1}});
  }

  TEST_CASE("every bit of values and every step of times comes back") {
    std::mt19937_64 random(11);
    const std::vector<int64_t> changes{0,      1,      -1,      8191,    8192,    8193,          -8191,
                                       -8192,  65535,  65536,   65537,   -65535,  -65536,        524287,
                                       524288, 524289, -524287, -524288, 1 << 30, 5'000'000'000, -3};
    const std::vector<double> special{0.0,
                                      -0.0,
                                      std::numeric_limits<double>::infinity(),
                                      -std::numeric_limits<double>::infinity(),
                                      5e-324,
                                      from_bits(kStale),
                                      from_bits(0x7ff8000000000001),
                                      from_bits(0xfff800000000beef)};
    for (int round = 0; round < 200; ++round) {
      std::vector<Sample> wanted;
      int64_t time_ms = -5'000'000;
      int64_t step_ms = 20'000'000;
      for (size_t i = 0; i < 1 + random() % 150; ++i) {
        const uint64_t kind = random() % 4;
        const double value = kind == 0   ? special[random() % special.size()]
                             : kind == 1 ? from_bits(random())
                             : kind == 2 ? static_cast<double>(random() % 100)
                                         : (wanted.empty() ? 1.5 : wanted.back().value);
        wanted.push_back({time_ms, value});
        step_ms = std::max<int64_t>(1, step_ms + changes[random() % changes.size()]);
        time_ms += step_ms;
      }
      std::vector<Sample> samples{{7, 7}};
      REQUIRE(read_xor_chunk(io::as_bytes(xor_chunk(wanted)), samples));
      samples.erase(samples.begin());
      CHECK(samples == wanted);
    }
  }

  TEST_CASE("a chunk that is cut anywhere is an error and adds nothing") {
    const std::string chunk = xor_chunk({{0, 1}, {15000, 2.5}, {30001, from_bits(kStale)}, {45000, 1e300}});
    std::vector<Sample> samples{{7, 7}};
    for (size_t size = 0; size < chunk.size(); ++size) {
      // Without its two bytes of count there are no samples, and nothing is wrong with that but the missing
      // bytes.
      CHECK_FALSE(read_xor_chunk(io::as_bytes(chunk.substr(0, size)), samples));
      CHECK(samples.size() == 1);
    }
  }

  TEST_CASE("a window of more than 64 bits is an error") {
    BitWriter bits;
    bits.bits(2, 16);
    bits.bytes(signed_varint(0));
    bits.bits(0, 64);
    bits.bytes(varint(1));
    bits.bits(0b11, 2);
    bits.bits(31, 5);
    bits.bits(40, 6);
    bits.bits(0, 64);
    std::vector<Sample> samples;
    CHECK_FALSE(read_xor_chunk(io::as_bytes(bits.text()), samples));
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
