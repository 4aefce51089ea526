#include "exporters/blackbox/body_coding.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {
namespace {

// printf hello | brotli -c
constexpr std::string_view kBrotli("\x0b\x02\x80hello\x03", 9);
// printf hello | gzip -nc
constexpr std::string_view kGzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00",
    25);
constexpr std::string_view kDeflate = kGzip.substr(10, 7);

}  // namespace

TEST_SUITE("blackbox/body_coding") {
  TEST_CASE("every coding gives the text back") {
    CHECK(*decompress("br", std::string(kBrotli), 100) == "hello");
    CHECK(*decompress("gzip", std::string(kGzip), 100) == "hello");
    CHECK(*decompress("Deflate", std::string(kDeflate), 100) == "hello");
    CHECK(*decompress("identity", "hello", 100) == "hello");
    CHECK(*decompress("", "hello", 100) == "hello");
  }

  TEST_CASE("a body that is cut is refused at every length") {
    for (size_t size = 0; size < kBrotli.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(decompress("br", std::string(kBrotli.substr(0, size)), 100));
    }
    for (size_t size = 0; size < kGzip.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(decompress("gzip", std::string(kGzip.substr(0, size)), 100));
    }
  }

  TEST_CASE("more than the limit is refused") {
    for (const auto& [coding, body] : {std::pair("br", kBrotli), std::pair("gzip", kGzip)}) {
      CHECK(decompress(coding, std::string(body), 5));
      const auto got = decompress(coding, std::string(body), 4);
      REQUIRE_FALSE(got);
      CHECK(got.error().code() == ErrorCode::LimitExceeded);
    }
  }

  TEST_CASE("a plain body is none of them") {
    CHECK_FALSE(decompress("br", "plain text", 100));
    CHECK_FALSE(decompress("gzip", "plain text", 100));
  }
}

}  // namespace sonde::blackbox
