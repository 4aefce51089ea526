#include "exporters/pushgateway/snappy_frames.h"

#include <doctest/doctest.h>
#include <snappy.h>

#include "common/io/byte_writer.h"
#include "common/io/crc32c.h"
#include "common/io/file_system.h"

namespace sonde::pushgateway {
namespace {

// One compressed chunk, made with the library itself.
std::string stream_of(const std::string& plain) {
  std::string packed;
  ::snappy::Compress(plain.data(), plain.size(), &packed);
  const uint32_t crc = io::crc32c(io::as_bytes(plain));
  std::string out("\xff\x06\x00\x00sNaPpY", 10);
  io::append_u32(out, static_cast<uint32_t>((packed.size() + 4) << 8));
  io::append_u32(out, ((crc >> 15) | (crc << 17)) + 0xa282ead8U);
  return out + packed;
}

}  // namespace

TEST_SUITE("pushgateway/snappy_frames") {
  TEST_CASE("a compressed chunk is decoded") {
    const std::string plain(1000, 'x');
    const auto decoded = decode_snappy_frames(stream_of(plain), 1000);
    REQUIRE_MESSAGE(decoded, decoded.error().message());
    CHECK(*decoded == plain);
    CHECK_FALSE(decode_snappy_frames(stream_of(plain), 999));
    // A chunk of more than the format allows.
    CHECK_FALSE(decode_snappy_frames(stream_of(std::string(65'537, 'x')), 1 << 20));
  }

  TEST_CASE("a stream cut at any byte is refused and a flipped bit is found") {
    const std::string stream = stream_of("abcabcabcabcabcabc 1\n");
    for (size_t length = 1; length < stream.size(); ++length) {
      CAPTURE(length);
      const auto decoded = decode_snappy_frames(std::string_view(stream).substr(0, length), 1000);
      CHECK((!decoded || (length == 10 && decoded->empty())));
    }
    for (size_t bit = 0; bit < stream.size() * 8; ++bit) {
      CAPTURE(bit);
      std::string flipped = stream;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      const auto decoded = decode_snappy_frames(flipped, 1000);
      // A flipped kind may make a chunk one that readers pass over.
      CHECK((!decoded || decoded->empty()));
    }
  }
}

}  // namespace sonde::pushgateway
