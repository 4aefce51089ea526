#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "common/io/byte_writer.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/bit_count.h"
#include "scraper/tsdb/bit_packing.h"
#include "scraper/tsdb/chunk_codec.h"
#include "scraper/tsdb/column_compare.h"
#include "scraper/tsdb/decimal.h"
#include "scraper/tsdb/piece.h"
#include "scraper/tsdb/times_codec.h"

namespace sonde::tsdb {
namespace {

std::string chunk_of(Kind kind, const std::vector<int64_t>& values) {
  std::string out;
  append_chunk(out, kind, values, {});
  return out;
}

// Decoded values as integers of the kind, or nothing.
std::vector<double> decode(const std::string& chunk, size_t count) {
  std::vector<double> values(kChunkRowsMax);
  uint64_t present[kChunkBitmapWords];
  if (!read_chunk(io::as_bytes(chunk), count, values.data(), present)) return {};
  values.resize(count);
  return values;
}

TEST_SUITE("scraper/tsdb/decimal") {
  TEST_CASE("each value has the smallest kind that gives its bits back") {
    CHECK(find_kind(0.0) == 0);
    CHECK(find_kind(-17.0) == 0);
    CHECK(find_kind(2251799813685247.0) == 0);   // 2^51 - 1
    CHECK(find_kind(2251799813685248.0) == 31);  // 2^51
    CHECK(find_kind(0.5) == 1);
    CHECK(find_kind(12.34) == 2);
    CHECK(find_kind(1e-12) == 12);
    CHECK(find_kind(1234567 * 0.001) <= 19);
    CHECK(find_kind(1e-13) == 31);
    CHECK(find_kind(-0.0) == 31);
    CHECK(find_kind(1.0 / 3) == 31);
    CHECK(find_kind(std::numeric_limits<double>::infinity()) == 31);
    CHECK(find_kind(std::numeric_limits<double>::quiet_NaN()) == 31);
    CHECK(find_kind(5e-324) == 31);
  }

  TEST_CASE("products and double quotients have kinds of their own") {
    // Of some integers i, i * 0.001 is not i / 1000: 9 * 0.001 is 0.009000000000000001.
    CHECK(9 * 0.001 != 9 / 1000.0);
    CHECK(find_kind(9 * 0.001) == 19);
    int64_t scaled = 0;
    CHECK(try_scale(19, 9 * 0.001, scaled));
    CHECK(scaled == 9);
    bool found = false;
    for (int i = 1; i < 10000 && !found; ++i) {
      const double value = i / 1000.0 / 1000.0;
      if (value == i / 1e6) continue;
      found = true;
      CHECK(try_scale(kKindTwoThousands, value, scaled));
      CHECK(scaled == i);
    }
    CHECK(found);
  }

  TEST_CASE("a common kind holds both values") {
    CHECK(find_common_kind(0, 1, 2.5) == 1);
    CHECK(find_common_kind(1, 2.5, 0.125) == 3);
    CHECK(find_common_kind(0, 1, 1.0 / 3) == kKindRaw);
  }
}

TEST_SUITE("scraper/tsdb/chunk_codec") {
  TEST_CASE("a constant is a header of two bytes and its value") {
    CHECK(chunk_of(0, {5, 5, 5}) == std::string("\x00\x00\x0a", 3));
    CHECK(decode(std::string("\x00\x00\x0a", 3), 3) == std::vector<double>{5, 5, 5});
  }

  TEST_CASE("a line is its first value and its step") {
    CHECK(chunk_of(1, {10, 13, 16}) == std::string("\x01\x01\x14\x06", 4));
    CHECK(decode(std::string("\x01\x01\x14\x06", 4), 3) == std::vector<double>{1.0, 1.3, 1.6});
  }

  TEST_CASE("a frame of reference has the smallest value and the rest in bits") {
    // Residuals 0, 3, 1, 2 of 2 bits each: 0b10011100.
    CHECK(chunk_of(0, {7, 10, 8, 9}) == std::string("\x02\x00\x02\x0e\x9c", 5));
    CHECK(decode(std::string("\x02\x00\x02\x0e\x9c", 5), 4) == std::vector<double>{7, 10, 8, 9});
  }

  TEST_CASE("absent rows are bits") {
    std::string out;
    const std::vector<int64_t> values{5, 5, 5};
    const std::vector<uint64_t> present{0b101};
    append_chunk(out, 0, values, present);
    CHECK(out == std::string("\x20\x00\x0a\x02", 4));
    double decoded[3];
    uint64_t bits[kChunkBitmapWords];
    REQUIRE(read_chunk(io::as_bytes(out), 3, decoded, bits));
    CHECK((bits[0] & 7) == 0b101);
  }

  TEST_CASE("random columns come back bit for bit") {
    std::mt19937_64 random(3);
    for (int round = 0; round < 3000; ++round) {
      const size_t count = 1 + random() % kChunkRowsMax;
      const Kind kind = round % 4 == 0 ? kKindRaw : static_cast<Kind>(random() % 13);
      const unsigned width = kind == kKindRaw ? 64 : static_cast<unsigned>(random() % 51);
      const int64_t factor = random() % 3 == 0 ? 4096 : 1;
      std::vector<int64_t> values;
      int64_t before = 0;
      for (size_t i = 0; i < count; ++i) {
        const auto step = static_cast<int64_t>(width == 0 ? 0 : random() >> (64 - width)) / factor * factor;
        if (kind == kKindRaw) {
          before = static_cast<int64_t>(random());
        } else {
          before = round % 3 == 0 ? step : (before + step / 128) % (1LL << 50);
        }
        values.push_back(before);
      }
      const std::string chunk = chunk_of(kind, values);
      CHECK(chunk.size() <= kChunkBytesMax);
      const auto decoded = decode(chunk, count);
      REQUIRE(decoded.size() == count);
      for (size_t i = 0; i < count; ++i) {
        REQUIRE(std::bit_cast<uint64_t>(decoded[i]) == std::bit_cast<uint64_t>(to_double(kind, values[i])));
      }
    }
  }

  TEST_CASE("a cut chunk is refused and a damaged one never read past its end") {
    const std::string chunk = chunk_of(0, {1, 500000, 3, 4, 9, 100, 7, 12, 90});
    for (size_t length = 0; length < chunk.size(); ++length) {
      CAPTURE(length);
      CHECK(decode(chunk.substr(0, length), 9).empty());
    }
    for (size_t bit = 0; bit < chunk.size() * 8; ++bit) {
      std::string damaged = chunk;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      decode(damaged, 9);  // Any answer; the sanitizers watch.
    }
  }
}

TEST_SUITE("scraper/tsdb/times_codec") {
  TEST_CASE("times on a line need no bits") {
    std::string out;
    append_times(out, std::vector<int64_t>{1000, 16000, 31000});
    // first 1000, step 15000, smallest residual 0, width 0
    CHECK(out == std::string("\xe8\x03\0\0\0\0\0\0\x98\x75\0\0", 12));
  }

  TEST_CASE("any ascending times come back") {
    std::mt19937_64 random(4);
    for (int round = 0; round < 1000; ++round) {
      std::vector<int64_t> times_ms{static_cast<int64_t>(random() % 2000000000000) - 1000000000000};
      const size_t count = 1 + random() % kChunkRowsMax;
      const auto spread = 1 + random() % (round % 5 == 0 ? 1ULL << 40 : 100);
      while (times_ms.size() < count)
        times_ms.push_back(times_ms.back() + 1 + static_cast<int64_t>(random() % spread));
      std::string out;
      append_times(out, times_ms);
      std::vector<int64_t> got(count);
      REQUIRE(read_times(io::as_bytes(out), count, got.data()));
      REQUIRE(got == times_ms);
      for (size_t length = 0; length < out.size(); ++length) {
        REQUIRE_FALSE(read_times(io::as_bytes(std::string_view(out).substr(0, length)), count, got.data()));
      }
    }
  }
}

TEST_SUITE("scraper/tsdb/piece") {
  TEST_CASE("the head names the bytes of the bitmap that are not zero") {
    uint8_t bytes[16];
    uint8_t* end = write_piece_head(bytes, 0x8000000000000103);
    CHECK(std::vector<uint8_t>(bytes, end) == std::vector<uint8_t>{0b10000011, 0x03, 0x01, 0x80});
    const uint8_t* at = bytes;
    CHECK(read_piece_head(at) == 0x8000000000000103);
    CHECK(at == end);
    CHECK(write_piece_head(bytes, 0) == bytes + 1);
    CHECK(bytes[0] == 0);
  }

  TEST_CASE("varints are skipped as they are read") {
    std::mt19937_64 random(5);
    std::vector<uint8_t> bytes(64 * 10 + 8);
    for (int round = 0; round < 500; ++round) {
      uint8_t* end = bytes.data();
      for (int i = 0; i < 64; ++i) end = io::write_varint(end, random() >> (random() % 64));
      const uint8_t* at = bytes.data();
      for (unsigned i = 0; i <= 64; ++i) {
        REQUIRE(skip_varints(bytes.data(), i) == at);
        if (i < 64) read_varint(at);
      }
    }
  }
}

TEST_SUITE("scraper/tsdb/column_compare") {
  TEST_CASE("values differ by their bits") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> a{1, 0.0, nan, 5, 7};
    const std::vector<double> b{1, -0.0, nan, 6, 8};
    for (size_t count = 0; count <= a.size(); ++count) {
      CAPTURE(count);
      CHECK(differing_bits(a.data(), b.data(), count) == (0b11010 & ((1ULL << count) - 1)));
    }
  }

  TEST_CASE("any column of a segment is told") {
    std::mt19937_64 random(8);
    for (int round = 0; round < 200; ++round) {
      std::vector<double> a(64);
      for (double& value : a) value = std::bit_cast<double>(random());
      std::vector<double> b = a;
      const uint64_t wanted = random();
      for (size_t i = 0; i < 64; ++i) {
        // One bit of either half is enough.
        if (((wanted >> i) & 1) != 0)
          b[i] = std::bit_cast<double>(std::bit_cast<uint64_t>(b[i]) ^ 1ULL << random() % 64);
      }
      REQUIRE(differing_bits(a.data(), b.data(), 64) == wanted);
    }
  }

  TEST_CASE("bits are counted") {
    CHECK(count_bits(0) == 0);
    CHECK(count_bits(~0ULL) == 64);
    CHECK(count_bits(0x8000000000000001) == 2);
    CHECK(count_bits(0x00ff00ff00ff00ff) == 32);
  }
}

TEST_SUITE("scraper/tsdb/bit_packing") {
  TEST_CASE("every width comes back") {
    std::mt19937_64 random(6);
    for (unsigned width = 0; width <= 64; ++width) {
      std::vector<uint64_t> values(37);
      for (uint64_t& value : values) value = width == 0 ? 0 : random() >> (64 - width);
      std::vector<std::byte> packed(packed_bytes(values.size(), width) + 8);  // what it may touch
      const std::byte* const end = write_packed(packed.data(), values, width);
      REQUIRE(end == packed.data() + packed_bytes(values.size(), width));
      std::vector<uint64_t> got(values.size());
      read_packed({packed.data(), end}, got.size(), width, got.data());
      CHECK(got == values);
    }
  }
}

}  // namespace
}  // namespace sonde::tsdb
