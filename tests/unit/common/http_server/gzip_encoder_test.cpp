#include "common/http_server/gzip_encoder.h"

#include <doctest/doctest.h>

#include "common/io/gzip.h"

using sonde::http::accepts_gzip;
using sonde::http::GzipEncoder;
using sonde::http::WholeGzip;

TEST_SUITE("http_server/gzip_encoder") {
  TEST_CASE("an encoder that is reset makes whole members again and again") {
    GzipEncoder encoder;
    for (const size_t size : {size_t{0}, size_t{1}, size_t{100'000}, size_t{5}}) {
      std::string text;
      for (size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * i % 26);
      std::string packed;
      encoder.reset();
      encoder.append(text, true, packed);
      const auto unpacked = sonde::io::gunzip(packed, 1 << 20);
      REQUIRE(unpacked);
      CHECK(*unpacked == text);
    }
  }

  TEST_CASE("a whole body comes back whatever its size") {
    WholeGzip gzip;
    for (const size_t size : {size_t{1}, size_t{100'000}, size_t{5}, size_t{0}}) {
      std::string text;
      for (size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * i % 26);
      const auto unpacked = sonde::io::gunzip(gzip.compress(text), 1 << 20);
      REQUIRE(unpacked);
      CHECK(*unpacked == text);
    }
  }

  TEST_CASE("pieces make one member") {
    GzipEncoder encoder;
    std::string packed;
    for (const char* piece : {"one ", "", "two "}) encoder.append(piece, false, packed);
    encoder.append("three", true, packed);
    const auto unpacked = sonde::io::gunzip(packed, 1 << 20);
    REQUIRE(unpacked);
    CHECK(*unpacked == "one two three");
  }

  TEST_CASE("gzip is taken where it is named with a weight or covered by a star") {
    for (const char* header : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.1", "br;q=1, gzip ; q=0.5", "*"}) {
      CAPTURE(header);
      CHECK(accepts_gzip(header));
    }
    for (const char* header : {"", "identity", "gzip;q=0", "gzip;q=0.0, *", "deflate", "xgzip", "*;q=0"}) {
      CAPTURE(header);
      CHECK_FALSE(accepts_gzip(header));
    }
  }

}  // TEST_SUITE
