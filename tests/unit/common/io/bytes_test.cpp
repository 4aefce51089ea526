#include <doctest/doctest.h>

#include <string>

#include "common/io/byte_reader.h"
#include "common/io/byte_writer.h"
#include "common/io/file_system.h"

namespace sonde::io {
namespace {

TEST_SUITE("common/io/bytes") {
  TEST_CASE("fields are little-endian and varints are LEB128") {
    std::string out;
    append_u16(out, 0x0102);
    append_u32(out, 0x03040506);
    append_varint(out, 300);
    append_signed_varint(out, -2);
    append_sized_text(out, "ab");
    CHECK(out == std::string("\x02\x01\x06\x05\x04\x03\xac\x02\x03\x02"
                             "ab",
                             12));
  }

  TEST_CASE("a reader gives back what was written") {
    std::string out;
    append_u8(out, 255);
    append_i64(out, INT64_MIN);
    for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, UINT64_MAX})
      append_varint(out, value);
    for (const int64_t value : {int64_t{0}, INT64_MAX, INT64_MIN}) append_signed_varint(out, value);
    ByteReader reader(as_bytes(out));
    CHECK(reader.u8() == 255);
    CHECK(reader.i64() == INT64_MIN);
    for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, UINT64_MAX})
      CHECK(reader.varint() == value);
    for (const int64_t value : {int64_t{0}, INT64_MAX, INT64_MIN}) CHECK(reader.signed_varint() == value);
    CHECK(reader.at_end());
    CHECK_FALSE(reader.failed());
  }

  TEST_CASE("a reader of cut bytes fails and stays failed") {
    std::string whole;
    append_u32(whole, 7);
    append_varint(whole, UINT64_MAX);
    append_sized_text(whole, "text");
    for (size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      ByteReader reader(as_bytes(std::string_view(whole).substr(0, length)));
      reader.u32();
      reader.varint();
      reader.sized_text();
      CHECK(reader.failed());
      CHECK(reader.u8() == 0);
    }
  }

  TEST_CASE("a varint that never ends fails") {
    const std::string endless(20, '\xff');
    ByteReader reader(as_bytes(endless));
    CHECK(reader.varint() == 0);
    CHECK(reader.failed());
  }
}

}  // namespace
}  // namespace sonde::io
