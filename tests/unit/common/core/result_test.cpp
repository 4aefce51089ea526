#include "common/core/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace sonde {

TEST_SUITE("core/result") {
  TEST_CASE("a result is a value or an error") {
    Result<std::string> good = std::string("value");
    REQUIRE(good);
    CHECK(*good == "value");
    CHECK(good->size() == 5);
    const Result<std::string> bad = Error(ErrorCode::NotFound, "nothing here");
    CHECK_FALSE(bad);
    CHECK(bad.error().code() == ErrorCode::NotFound);
    CHECK(bad.error().message() == "nothing here");
    CHECK_FALSE(bad.error().range());
  }

  TEST_CASE("values that only move are taken out") {
    Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
    REQUIRE(made);
    const std::unique_ptr<int> taken = *std::move(made);
    CHECK(*taken == 7);
  }

  TEST_CASE("each layer adds its noun") {
    const Error error = Error(ErrorCode::Corrupt, "record crc mismatch", {.begin = 3, .end = 9})
                            .in("offset 8192")
                            .in("log 000012");
    CHECK(error.message() == "log 000012: offset 8192: record crc mismatch");
    CHECK(error.code() == ErrorCode::Corrupt);
    CHECK(error.range()->end == 9);
  }

  TEST_CASE("success carries nothing") {
    const Status status = Ok{};
    CHECK(status.ok());
  }

}  // TEST_SUITE

}  // namespace sonde
