#include "common/core/base64.h"

#include <doctest/doctest.h>

#include <array>

using sonde::decode_base64;
using sonde::decode_base64url;
using sonde::encode_base64;
using sonde::encode_base64url;

namespace {

struct Vector {
  std::string_view bytes;
  std::string_view text;
};
// RFC 4648, section 10.
constexpr std::array kVectors{Vector{"", ""},
                              Vector{"f", "Zg=="},
                              Vector{"fo", "Zm8="},
                              Vector{"foo", "Zm9v"},
                              Vector{"foob", "Zm9vYg=="},
                              Vector{"fooba", "Zm9vYmE="},
                              Vector{"foobar", "Zm9vYmFy"}};

}  // namespace

TEST_SUITE("core/base64") {
  TEST_CASE("the vectors of RFC 4648 both ways") {
    for (const Vector& vector : kVectors) {
      CAPTURE(vector.bytes);
      CHECK(encode_base64(vector.bytes) == vector.text);
      CHECK(encode_base64url(vector.bytes) == vector.text.substr(0, vector.text.find('=')));
      CHECK(decode_base64(vector.text) == vector.bytes);
      CHECK(decode_base64url(vector.text) == vector.bytes);
      CHECK(decode_base64url(vector.text.substr(0, vector.text.find('='))) == vector.bytes);
    }
  }

  TEST_CASE("the two alphabets differ in their last two digits") {
    // RFC 4648, tables 1 and 2: 62 and 63.
    CHECK(encode_base64("\xfb\xff\xfe") == "+//+");
    CHECK(encode_base64url("\xfb\xff\xfe") == "-__-");
    CHECK(decode_base64("+//+") == "\xfb\xff\xfe");
    CHECK(decode_base64url("-__-") == "\xfb\xff\xfe");
    CHECK_FALSE(decode_base64("-__-"));
    CHECK_FALSE(decode_base64url("+//+"));
  }

  TEST_CASE("the standard form wants its padding whole") {
    for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg===", "=", "==", "====", "A===", "Zg==Zg=="}) {
      CAPTURE(text);
      CHECK_FALSE(decode_base64(text));
    }
  }

  TEST_CASE("bytes outside the alphabet and a lone digit are refused") {
    for (const std::string_view text : {"Zm9!", "Zm 9", "Zm\n9", "Z=9v", "\xc3\xa9ZZ"}) {
      CAPTURE(text);
      CHECK_FALSE(decode_base64(text));
      CHECK_FALSE(decode_base64url(text));
    }
    CHECK_FALSE(decode_base64url("A"));
    CHECK_FALSE(decode_base64url("Zm9vA"));
    CHECK(decode_base64url("=") == "");
  }
}
