#include "common/io/crc32c.h"

#include <doctest/doctest.h>

#include <string>

#include "common/io/file_system.h"

namespace sonde::io {
namespace {

TEST_SUITE("common/io/crc32c") {
  TEST_CASE("the checksums of RFC 3720 come out") {
    CHECK(crc32c(as_bytes(std::string(32, '\0'))) == 0x8a9136aa);
    CHECK(crc32c(as_bytes(std::string(32, '\xff'))) == 0x62a8ab43);
    CHECK(crc32c(as_bytes("123456789")) == 0xe3069283);
  }

  TEST_CASE("parts continue each other and the table agrees with the instruction") {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 7);
    for (const size_t at : {0U, 1U, 7U, 8U, 500U, 1000U}) {
      const std::string_view all(text);
      CHECK(crc32c(as_bytes(all.substr(at)), crc32c(as_bytes(all.substr(0, at)))) == crc32c(as_bytes(all)));
    }
    for (size_t length = 0; length < 40; ++length) {
      const auto bytes = as_bytes(std::string_view(text).substr(3, length));
      CHECK(crc32c(bytes) == crc32c_by_table(bytes));
    }
  }
}

}  // namespace
}  // namespace sonde::io
