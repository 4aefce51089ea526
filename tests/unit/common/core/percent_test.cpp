#include "common/core/percent.h"

#include <doctest/doctest.h>

using sonde::append_percent_encoded;
using sonde::append_query_encoded;
using sonde::decode_percent;
using sonde::decode_query;

namespace {

std::string encode(std::string_view text, std::string_view kept = sonde::kUnreservedMarks) {
  std::string out;
  append_percent_encoded(out, text, kept);
  return out;
}

std::string encode_query(std::string_view text) {
  std::string out;
  append_query_encoded(out, text);
  return out;
}

}  // namespace

TEST_SUITE("core/percent") {
  TEST_CASE("the unreserved characters of RFC 3986 stay and the reserved ones are encoded") {
    constexpr std::string_view kUnreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    CHECK(encode(kUnreserved) == kUnreserved);
    // Section 2.2: gen-delims and sub-delims, by their ASCII codes.
    CHECK(encode(":/?#[]@") == "%3A%2F%3F%23%5B%5D%40");
    CHECK(encode("!$&'()*+,;=") == "%21%24%26%27%28%29%2A%2B%2C%3B%3D");
    CHECK(encode("% \"<>\\^`{|}") == "%25%20%22%3C%3E%5C%5E%60%7B%7C%7D");
  }

  TEST_CASE("bytes of UTF-8 are encoded one by one") {
    // RFC 3986, section 2.5: the syllable "ka" of Katakana, and "À".
    CHECK(encode("\xE3\x82\xA2") == "%E3%82%A2");
    CHECK(encode("\xC3\x80") == "%C3%80");
    CHECK(encode(std::string_view("\0\x7F", 2)) == "%00%7F");
  }

  TEST_CASE("what is to be kept is kept") {
    CHECK(encode("/a b/c", "/") == "/a%20b/c");
    CHECK(encode("-", "") == "%2D");
  }

  TEST_CASE("a blank is a plus in a query and only there") {
    CHECK(encode_query("a b+c&d=\xC3\xA9") == "a+b%2Bc%26d%3D%C3%A9");
    CHECK(decode_query("a+b%2Bc%26") == "a b+c&");
    CHECK(decode_percent("a+b%20c%2F%c3%A9") == "a+b c/\xC3\xA9");
    CHECK(decode_percent("") == "");
  }

  TEST_CASE("hexadecimal digits of both cases are equal") {
    // RFC 3986, section 2.1.
    CHECK(decode_percent("%3a%3A%aF%Fa") == "::\xAF\xFA");
  }

  TEST_CASE("an escape that is cut or no number is refused") {
    for (const std::string_view text : {"%", "%4", "a%4", "%zz", "%4g", "%-1", "%+1", "%%41", "%25%"}) {
      CAPTURE(text);
      CHECK_FALSE(decode_percent(text));
      CHECK_FALSE(decode_query(text));
    }
  }

  TEST_CASE("every byte comes back") {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    CHECK(decode_percent(encode(bytes)) == bytes);
    CHECK(decode_query(encode_query(bytes)) == bytes);
  }
}
