#include "exporters/blackbox/grpc_message.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::blackbox {

using namespace std::string_literals;

TEST_SUITE("blackbox/grpc_message") {
  TEST_CASE("a request is a framed HealthCheckRequest") {
    CHECK(write_health_request("") == "\0\0\0\0\0"s);
    CHECK(write_health_request("abc") ==
          "\0\0\0\0\x05\x0a\x03"
          "abc"s);
    CHECK(write_health_request(std::string(200, 'x')).substr(0, 8) == "\0\0\0\0\xcb\x0a\xc8\x01"s);
  }

  TEST_CASE("a response says the status") {
    CHECK(*read_health_response("\0\0\0\0\0"s) == ServingStatus::Unknown);
    CHECK(*read_health_response("\0\0\0\0\x02\x08\x01"s) == ServingStatus::Serving);
    CHECK(*read_health_response("\0\0\0\0\x02\x08\x02"s) == ServingStatus::NotServing);
    // Fields of a later version: bytes, a varint, two fixed numbers.
    CHECK(*read_health_response(
              "\0\0\0\0\x17\x12\x02hi\x18\x80\x01\x21\1\2\3\4\5\6\7\x8\x2d\1\2\3\4\x08\x03"s) ==
          ServingStatus::ServiceUnknown);
  }

  TEST_CASE("what is cut or wrong is refused") {
    const std::string whole = "\0\0\0\0\x06\x12\x02hi\x08\x01"s;
    for (size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(read_health_response(std::string_view(whole).substr(0, size)));
    }
    CHECK_FALSE(read_health_response("\x01\0\0\0\x02\x08\x01"s));  // compressed
    CHECK_FALSE(read_health_response("\0\0\0\0\x02\x08\x09"s));    // no such status
    CHECK_FALSE(read_health_response("\0\0\0\0\x02\x0b\x01"s));    // a group
    CHECK_FALSE(read_health_response("\0\0\0\0\x03\x12\x7fx"s));   // longer than the message
    CHECK_FALSE(read_health_response("\0\0\0\0\x0c\x08"s + std::string(11, '\xff')));
  }

  TEST_CASE("an answer without a status is judged by HTTP's") {
    CHECK(grpc_code_of_http(404) == 12);
    CHECK(grpc_code_of_http(401) == 16);
    CHECK(grpc_code_of_http(503) == 14);
    CHECK(grpc_code_of_http(200) == 2);
  }
}

}  // namespace sonde::blackbox
