#include "common/http_server/client_hello.h"

#include <doctest/doctest.h>

#include <numeric>

using sonde::http::read_client_hello;

namespace {

using Bytes = std::vector<uint8_t>;

void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

// By RFC 8446 section 4.1.2.
Bytes hello(const Bytes& extensions) {
  Bytes out{3, 3};
  out.resize(34, 0xAB);                               // random
  append(out, {2, 7, 7});                             // session
  append(out, {0, 6, 0x13, 0x01, 0xC0, 0x2F, 0, 5});  // three suites
  append(out, {1, 0});                                // no compression
  append(out, {0, static_cast<uint8_t>(extensions.size())});
  append(out, extensions);
  return out;
}

const Bytes kVersions{0, 43, 0, 5, 4, 3, 4, 3, 3};  // 1.3 and 1.2
const Bytes kOther{0, 10, 0, 2, 9, 9};

}  // namespace

TEST_SUITE("http_server/client_hello") {
  TEST_CASE("suites are read in the client's order") {
    const auto read = read_client_hello(hello({}));
    REQUIRE(read);
    CHECK(read->cipher_suites == std::vector<uint16_t>{0x1301, 0xC02F, 0x0005});
    CHECK_FALSE(read->offers_tls13);
  }

  TEST_CASE("TLS 1.3 is offered by its extension") {
    Bytes extensions = kOther;
    append(extensions, kVersions);
    CHECK(read_client_hello(hello(extensions))->offers_tls13);
    CHECK_FALSE(read_client_hello(hello(kOther))->offers_tls13);
  }

  TEST_CASE("a message that is cut anywhere is refused or lacks its extensions") {
    Bytes extensions = kOther;
    append(extensions, kVersions);
    const Bytes whole = hello(extensions);
    const size_t before_extensions = whole.size() - extensions.size() - 2;
    for (size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      const auto read = read_client_hello(std::span(whole).first(size));
      CHECK(read.has_value() == (size == before_extensions));
    }
  }

  TEST_CASE("any byte may be wrong") {
    const Bytes whole = hello(kVersions);
    for (size_t i = 0; i < whole.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        Bytes flipped = whole;
        flipped[i] = static_cast<uint8_t>(flipped[i] ^ 1U << bit);
        (void)read_client_hello(flipped);
      }
    }
  }
}
