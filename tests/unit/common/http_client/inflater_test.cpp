#include "common/http_client/inflater.h"

#include <doctest/doctest.h>

#include <string_view>

using sonde::ErrorCode;
using sonde::http::Inflater;

namespace {
// `printf 'hello\n' | gzip -n`
constexpr std::string_view kHello(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00"
    "\x00",
    26);
}  // namespace

TEST_SUITE("http_client/inflater") {
  TEST_CASE("a stream may come in any pieces and is complete only at its end") {
    Inflater inflater;
    for (size_t piece = 1; piece <= kHello.size(); ++piece) {
      CAPTURE(piece);
      inflater.start();
      std::string out;
      for (size_t at = 0; at < kHello.size(); at += piece) {
        CHECK_FALSE(inflater.complete());
        const std::string_view part = kHello.substr(at, piece);
        REQUIRE(inflater.write(part.data(), part.size(), out, 100));
      }
      CHECK(inflater.complete());
      CHECK(out == "hello\n");
    }
  }

  TEST_CASE("the limit is on what comes out") {
    Inflater inflater;
    std::string out;
    CHECK(inflater.write(kHello.data(), kHello.size(), out, 5).error().code() == ErrorCode::LimitExceeded);
    inflater.start();
    out.clear();
    CHECK(inflater.write(kHello.data(), kHello.size(), out, 6));
  }

  TEST_CASE("a damaged stream is refused") {
    for (const size_t at : {size_t{0}, size_t{10}, size_t{19}, size_t{22}}) {
      CAPTURE(at);
      std::string damaged(kHello);
      damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
      Inflater inflater;
      std::string out;
      const auto status = inflater.write(damaged.data(), damaged.size(), out, 1000);
      CHECK_FALSE((status.ok() && inflater.complete()));
    }
  }
}
