#include "common/exposition/protobuf_wire.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace sonde::exposition {

TEST_SUITE("exposition/protobuf_wire") {
  TEST_CASE("fields are read by number and type") {
    // 1: varint 300; 2: double 2.5; 3: "ab"; 4: fixed32, passed over.
    const std::string message(
        "\x08\xac\x02\x11\0\0\0\0\0\0\x04\x40\x1a\x02"
        "ab"
        "\x25\x01\0\0\0",
        21);
    WireReader reader(message);
    REQUIRE(reader.next());
    CHECK(reader.field() == 1);
    CHECK(reader.varint() == 300);
    REQUIRE(reader.next());
    CHECK(reader.fixed64() == 2.5);
    REQUIRE(reader.next());
    CHECK(reader.bytes() == "ab");
    REQUIRE(reader.next());
    CHECK(reader.field() == 4);
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.failed());
  }

  TEST_CASE("a field of another type fails") {
    WireReader reader("\x08\x01");
    REQUIRE(reader.next());
    CHECK(reader.bytes().empty());
    CHECK(reader.failed());
    CHECK_FALSE(reader.next());
  }

  TEST_CASE("hostile keys and lengths are refused") {
    for (const std::string_view bad :
         {std::string_view("\x0a\x05"
                           "ab"),                                            // longer than what is left
          std::string_view("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),  // 2^64 - 1 bytes
          std::string_view("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),  // more than 64 bits
          std::string_view("\x08\x80"), std::string_view("\x0b"), std::string_view("\x0c"),  // cut; groups
          std::string_view("\x02\0", 2),                                                     // field 0
          std::string_view("\x11\0\0", 3)}) {
      WireReader reader(bad);
      CHECK_FALSE(reader.next());
      CHECK(reader.failed());
    }
  }

  TEST_CASE("varints take as many bytes as they need") {
    std::string out;
    for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, ~uint64_t{0}})
      append_varint(out, value);
    CHECK(out == std::string("\0\x7f\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 14));
    std::string_view rest = out;
    uint64_t value = 0;
    for (const uint64_t want : {uint64_t{0}, uint64_t{127}, uint64_t{128}, ~uint64_t{0}}) {
      REQUIRE(take_varint(rest, value));
      CHECK(value == want);
    }
    CHECK(rest.empty());
    CHECK_FALSE(take_varint(rest, value));
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
