#include "common/io/gzip.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::io {
namespace {

// printf 'hello hello hello\n' | gzip -n9 | xxd -i
const std::string kHello(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x5c\x00\x3b\x7c\x8a\xdf\x12"
    "\x00"
    "\x00\x00",
    29);

}  // namespace

TEST_SUITE("io/gzip") {
  TEST_CASE("a body made by gzip is decoded") {
    const auto text = gunzip(kHello, 100);
    REQUIRE(text);
    CHECK(*text == "hello hello hello\n");
  }

  TEST_CASE("a bare deflate stream is decoded") {
    // The gzip body above without its header of 10 bytes and its trailer of 8.
    const auto text = inflate_raw(std::string_view(kHello).substr(10, kHello.size() - 18), 100);
    REQUIRE(text);
    CHECK(*text == "hello hello hello\n");
    CHECK_FALSE(inflate_raw("\xff\xff", 100));
  }

  TEST_CASE("two members are joined") {
    const auto text = gunzip(kHello + kHello, 100);
    REQUIRE(text);
    CHECK(*text == "hello hello hello\nhello hello hello\n");
  }

  TEST_CASE("a body cut at any byte is truncated") {
    for (size_t length = 0; length < kHello.size(); ++length) {
      CAPTURE(length);
      const auto text = gunzip(std::string_view(kHello).substr(0, length), 100);
      REQUIRE_FALSE(text);
      CHECK(text.error().code() == ErrorCode::Truncated);
    }
  }

  TEST_CASE("a damaged body is corrupt or at least refused") {
    std::string damaged = kHello;
    damaged[22] = static_cast<char>(damaged[22] ^ 0x55);  // In the checksum
    const auto text = gunzip(damaged, 100);
    REQUIRE_FALSE(text);
    CHECK(text.error().code() == ErrorCode::Corrupt);
  }

  TEST_CASE("more than the limit is refused and the limit itself is not") {
    CHECK(gunzip(kHello, 18));
    const auto text = gunzip(kHello, 17);
    REQUIRE_FALSE(text);
    CHECK(text.error().code() == ErrorCode::LimitExceeded);
  }
}

}  // namespace sonde::io
