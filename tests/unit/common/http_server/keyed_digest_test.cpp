#include "common/http_server/keyed_digest.h"

#include <doctest/doctest.h>

using sonde::http::KeyedDigest;

TEST_SUITE("http_server/keyed_digest") {
  TEST_CASE("equal texts have equal digests under one key and others under another") {
    const KeyedDigest digest;
    const KeyedDigest other;
    CHECK(digest.of("secret").size() == 32);
    CHECK(digest.of("secret") == digest.of("secret"));
    CHECK(digest.of("secret") != digest.of("secreT"));
    CHECK(digest.of("secret") != other.of("secret"));
    CHECK(digest.of("") != digest.of(std::string_view("\0", 1)));
  }
}
