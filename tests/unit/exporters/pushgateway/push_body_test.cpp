#include "exporters/pushgateway/push_body.h"

#include <doctest/doctest.h>

#include <string>

#include "common/io/byte_writer.h"
#include "common/io/crc32c.h"
#include "common/io/file_system.h"

namespace sonde::pushgateway {
namespace {

// Every stream begins with it.
std::string identifier() {
  return std::string("\xff\x06\x00\x00sNaPpY", 10);
}

}  // namespace

TEST_SUITE("pushgateway/push_body") {
  TEST_CASE("a body of no known encoding is taken as it is") {
    for (const std::string_view encoding : {"", "identity", "deflate", "br"}) {
      CAPTURE(encoding);
      CHECK(*decode_body({"text/plain", encoding}, "x 1\n") == "x 1\n");
    }
  }

  TEST_CASE("protobuf is told by its whole media type") {
    // name "m", type counter, one metric with the counter 2.
    const std::string family("\x12\x0a\x01m\x18\x00\x22\x0b\x1a\x09\x09\x00\x00\x00\x00\x00\x00\x00\x40", 19);
    const auto decode = [&](std::string_view type) { return decode_body({type, ""}, family); };
    const auto text = decode(
        "application/vnd.google.protobuf; proto=\"io.prometheus.client.MetricFamily\"; encoding=delimited");
    REQUIRE_MESSAGE(text, text.error().message());
    CHECK(text->find("\nm 2\n") != std::string::npos);
    CHECK(decode("Application/Vnd.Google.Protobuf;Encoding=delimited;proto=io.prometheus.client.MetricFamily")
              ->find("\nm 2\n") != std::string::npos);
    CHECK(*decode("application/vnd.google.protobuf; encoding=delimited") == family);
    CHECK(*decode("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily") == family);
  }

  TEST_CASE("snappy's frames are taken off") {
    // "x 1\n" as one plain chunk; its checksum is computed by the definition (crc32c, rotated, plus a
    // constant).
    const std::string plain("x 1\n");
    const uint32_t crc = io::crc32c_by_table(io::as_bytes(plain));
    std::string chunk;
    io::append_u32(chunk, 0x01U | (8U << 8));
    io::append_u32(chunk, ((crc >> 15) | (crc << 17)) + 0xa282ead8U);
    CHECK(*decode_body({"", "snappy"}, identifier() + chunk + plain) == plain);
    CHECK(*decode_body({"", "snappy"}, identifier() + chunk + plain + identifier() + chunk + plain) ==
          plain + plain);
    CHECK(decode_body({"", "snappy", 3}, identifier() + chunk + plain).error().code() ==
          ErrorCode::LimitExceeded);
  }

  TEST_CASE("snappy's frames are checked") {
    CHECK(decode_body({"", "snappy"}, "")->empty());
    CHECK(decode_body({"", "Snappy"}, identifier())->empty());
    CHECK_FALSE(decode_body({"", "snappy"}, "x 1\n"));
    CHECK_FALSE(decode_body({"", "snappy"}, identifier() + std::string("\x01\x04\x00\x00", 4)));
    CHECK_FALSE(decode_body({"", "snappy"}, identifier() + std::string("\x02\x00\x00\x00", 4)));
    CHECK(decode_body({"", "snappy"}, identifier() + std::string("\xfe\x02\x00\x00zz", 6))->empty());
    const std::string wrong_sum = identifier() + std::string("\x01\x08\x00\x00\x00\x00\x00\x00x 1\n", 12);
    CHECK(decode_body({"", "snappy"}, wrong_sum).error().message() == "snappy: checksum mismatch");
  }

  TEST_CASE("more decoded bytes than allowed are refused") {
    // gzip of 1000 times "a" (gzip -9n).
    const std::string gzip(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00\x00\x03\xda\x38\x9a"
        "\xe8\x03\x00"
        "\x00",
        29);
    const auto decoded = decode_body({"", "GZIP", 999}, gzip);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code() == ErrorCode::LimitExceeded);
  }
}

}  // namespace sonde::pushgateway
