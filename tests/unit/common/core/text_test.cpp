#include "common/core/text.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace sonde {

TEST_SUITE("core/text") {
  TEST_CASE("trimming takes blanks and line ends off both ends") {
    CHECK(trim(" \t\r\n a b \n") == "a b");
    CHECK(trim(" \n").empty());
  }

  TEST_CASE("splitting keeps empty pieces") {
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
    const Cut parts = cut("a=b=c", '=');
    CHECK(parts.before == "a");
    CHECK(parts.after == "b=c");
    CHECK(parts.found);
    CHECK_FALSE(cut("abc", '=').found);
  }

  TEST_CASE("quoting escapes and cuts") {
    CHECK(quoted("a\"b\\c\nd\te\rf") == R"("a\"b\\c\nd\te\rf")");
    CHECK(quoted(std::string("\x01\x7f\xff\0", 4)) == R"("\x01\x7f\xff\x00")");
    CHECK(quoted("héllo") == "\"héllo\"");
    CHECK(quoted("abcdef", 3) == "\"abc…\"");
    CHECK(quoted("aé", 2) == "\"a…\"");  // Not in the middle of a character.
  }

  TEST_CASE("bytes are two hexadecimal digits and digits are read in either case") {
    std::string out;
    for (const unsigned char byte : std::initializer_list<unsigned char>{0x00, 0x09, 0x5a, 0xff})
      append_hex(out, byte);
    CHECK(out == "00095aff");
    CHECK(hex_digit('0') == 0);
    CHECK(hex_digit('9') == 9);
    CHECK(hex_digit('a') == 10);
    CHECK(hex_digit('F') == 15);
    for (const char c : {'/', ':', '@', 'G', '`', 'g', ' ', '\xff', '\0'}) CHECK(hex_digit(c) == -1);
  }

  TEST_CASE("only well-formed UTF-8 is valid") {
    for (const std::string_view good :
         {"", "a", "é", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
      CHECK(is_valid_utf8(good));
    }
    for (const std::string_view bad :
         {"\x80", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
          "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xE2\x82", "a\xFFz"}) {
      CAPTURE(quoted(bad));
      CHECK_FALSE(is_valid_utf8(bad));
    }
    CHECK(replace_invalid_utf8("a\xFFz\xE2\x82") == "a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(count_runes("aé€") == 3);
  }

  TEST_CASE("code points are written as UTF-8") {
    std::string out;
    for (const uint32_t rune : {0x61u, 0xE9u, 0x20ACu, 0x1F600u}) append_utf8(out, rune);
    CHECK(out == "aé€\xF0\x9F\x98\x80");
  }

  TEST_CASE("case is ignored in ASCII only") {
    CHECK(to_lower_ascii("AbÉ") == "abÉ");
    CHECK(equals_ignoring_case("Content-Type", "content-type"));
    CHECK_FALSE(equals_ignoring_case("a", "ab"));
  }

  TEST_CASE("a cursor walks the fields of a line and remembers a failure") {
    FieldCursor fields("cpu0 12\t-1.5  7/9 rest of it");
    CHECK(fields.text() == "cpu0");
    CHECK(fields.integer() == 12);
    CHECK(fields.number() == -1.5);
    fields.skip(1);
    CHECK_FALSE(fields.at_end());
    CHECK_FALSE(fields.failed());
    CHECK(fields.rest() == "rest of it");

    FieldCursor bad("x 1 -1");
    CHECK(bad.number() == 0);
    CHECK(bad.failed());
    CHECK(bad.integer() == 1);
    CHECK(bad.failed());
    FieldCursor negative("-1");
    CHECK(negative.integer() == 0);
    CHECK(negative.failed());
    FieldCursor empty(" \t ");
    CHECK(empty.at_end());
    CHECK_FALSE(empty.failed());
    CHECK(empty.text().empty());
    CHECK(empty.failed());
  }

}  // TEST_SUITE

}  // namespace sonde
