#include "common/core/number_text.h"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace sonde {
namespace {

struct Row {
  uint64_t bits;
  std::string_view exposition;
  std::string_view api;
  std::string_view plain;  // "": too long to write here
};

// Printed by Go: strconv.FormatFloat with 'g', with 'f' or 'e' as the HTTP API chooses, and with 'f'.
constexpr Row kRows[] = {
    {0x0000000000000000, "0", "0", "0"},
    {0x8000000000000000, "-0", "-0", "-0"},
    {0x3ff0000000000000, "1", "1", "1"},
    {0xbff0000000000000, "-1", "-1", "-1"},
    {0x40f86a0000000000, "100000", "100000", "100000"},
    {0x412e847e00000000, "999999", "999999", "999999"},
    {0x412e848000000000, "1e+06", "1000000", "1000000"},
    {0x412e848200000000, "1.000001e+06", "1000001", "1000001"},
    {0x4132d68700000000, "1.234567e+06", "1234567", "1234567"},
    {0xc19d6f3454000000, "-1.23456789e+08", "-123456789", "-123456789"},
    {0x430c6bf526340000, "1e+15", "1000000000000000", "1000000000000000"},
    {0x4341c37937e08000, "1e+16", "10000000000000000", "10000000000000000"},
    {0x4415af1d78b58c40, "1e+20", "100000000000000000000", "100000000000000000000"},
    {0x444b1ae4d6e2ef50, "1e+21", "1e+21", "1000000000000000000000"},
    {0x4480f0cf064dd592, "1e+22", "1e+22", "10000000000000000000000"},
    {0x441ac53a7e04bcda, "1.2345678901234568e+20", "123456789012345680000", "123456789012345680000"},
    {0x3f1a36e2eb1c432d, "0.0001", "0.0001", "0.0001"},
    {0x3ee4f8b588e368f1, "1e-05", "0.00001", "0.00001"},
    {0x3f202c9dedbc309d, "0.0001234", "0.0001234", "0.0001234"},
    {0x3eb0c6f7a0b5ed8d, "1e-06", "0.000001", "0.000001"},
    {0x3e7ad7f29abcaf48, "1e-07", "1e-07", "0.0000001"},
    {0x3eb0c689ad36862e, "9.999e-07", "9.999e-07", "0.0000009999"},
    {0x7ff0000000000000, "+Inf", "+Inf", "+Inf"},
    {0xfff0000000000000, "-Inf", "-Inf", "-Inf"},
    {0x7ff8000000000000, "NaN", "NaN", "NaN"},
    {0x3fb999999999999a, "0.1", "0.1", "0.1"},
    {0x3fd0000000000000, "0.25", "0.25", "0.25"},
    {0x3fd5555555555555, "0.3333333333333333", "0.3333333333333333", "0.3333333333333333"},
    {0x4340000000000000, "9.007199254740992e+15", "9007199254740992", "9007199254740992"},
    {0x4340000000000001, "9.007199254740994e+15", "9007199254740994", "9007199254740994"},
    {0x43e0000000000000, "9.223372036854776e+18", "9223372036854776000", "9223372036854776000"},
    {0x43f0000000000000, "1.8446744073709552e+19", "18446744073709552000", "18446744073709552000"},
    {0x0000000000000001, "5e-324", "5e-324", ""},
    {0x7fefffffffffffff, "1.7976931348623157e+308", "1.7976931348623157e+308", ""},
    {0x0010000000000000, "2.2250738585072014e-308", "2.2250738585072014e-308", ""},
    {0x54b249ad2594c37d, "1e+100", "1e+100", ""},
    {0x405edd2f1a9fbe77, "123.456", "123.456", "123.456"},
    {0x412e847f00000000, "999999.5", "999999.5", "999999.5"},
    {0x40f86a0800000000, "100000.5", "100000.5", "100000.5"},
    {0x41d954fc4007df3b, "1.700000000123e+09", "1700000000.123", "1700000000.123"},
    {0x3f202e7ef70994dd, "0.000123456", "0.000123456", "0.000123456"},
    {0x40c81cd6c8b43958, "12345.678", "12345.678", "12345.678"},
    {0x3fd3333333333334, "0.30000000000000004", "0.30000000000000004", "0.30000000000000004"},
    {0x4011666666666666, "4.35", "4.35", "4.35"},
    {0x3f1a36e4a2ea40ca, "0.0001000001", "0.0001000001", "0.0001000001"},
    {0x41b1de784a000000, "2.99792458e+08", "299792458", "299792458"},
    {0xc11dd83b66666666, "-488974.85", "-488974.85", "-488974.85"},
    {0x4110a4baa8f5c28f, "272686.665", "272686.665", "272686.665"},
    {0x4104989aeb851eb8, "168723.365", "168723.365", "168723.365"},
    {0xc125f85e5c28f5c3, "-719919.18", "-719919.18", "-719919.18"},
    {0xea7b5bf55eb561a4, "-8.57789382212775e+204", "-8.57789382212775e+204", ""},
    {0x795b929e9a9a80fd, "3.818526826307957e+276", "3.818526826307957e+276", ""},
    {0x94b2b8fda02f34a6, "-5.694946403451123e-209", "-5.694946403451123e-209", ""},
    {0x9b08923d10c67fd9, "-1.8948713508859093e-178", "-1.8948713508859093e-178", ""},
    {0xe8a8529f035efa25, "-1.4204294611674214e+196", "-1.4204294611674214e+196", ""},
    {0x781f9c58d6645fa9, "4.1749440189827914e+270", "4.1749440189827914e+270", ""},
};

template <class Append>
std::string text_of(Append append, double value) {
  std::string out = "x";
  append(out, value);
  return out.substr(1);
}

}  // namespace

TEST_SUITE("core/number_text") {
  TEST_CASE("numbers print as Go prints them") {
    for (const Row& row : kRows) {
      const auto value = std::bit_cast<double>(row.bits);
      CAPTURE(row.exposition);
      CHECK(text_of(append_number_exposition, value) == row.exposition);
      CHECK(text_of(append_number_api, value) == row.api);
      if (!row.plain.empty()) CHECK(text_of(append_number_plain, value) == row.plain);
    }
  }

  TEST_CASE("fractions of a second print as the standard library prints them") {
    for (uint64_t nanoseconds = 1; nanoseconds < 3'000'000; nanoseconds += 1 + nanoseconds / 97) {
      const double exact = static_cast<double>(nanoseconds) / 1e9;
      // The neighbours are no whole nanoseconds and need all their digits.
      for (const double value : {exact, std::nextafter(exact, 0.0), std::nextafter(exact, 1.0)}) {
        std::array<char, 40> buffer{};
        const auto end =
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general)
                .ptr;
        CHECK(text_of(append_number_exposition, value) == std::string(buffer.data(), end));
      }
    }
    CHECK(text_of(append_number_exposition, 3.2145e-05) == "3.2145e-05");
    CHECK(text_of(append_number_exposition, 1e-09) == "1e-09");
    CHECK(text_of(append_number_exposition, 9.9999e-05) == "9.9999e-05");
    CHECK(text_of(append_number_exposition, 0.123456789) == "0.123456789");
  }

  TEST_CASE("what is printed reads back to the same bits") {
    uint64_t bits = 0x9e3779b97f4a7c15;
    for (int i = 0; i < 20000; ++i) {
      bits = bits * 6364136223846793005 + 1442695040888963407;
      // Any bits, and numbers with few decimals as pages hold them.
      const double values[] = {std::bit_cast<double>(bits), static_cast<double>(bits >> 40) / 1000,
                               static_cast<double>(bits >> 20) / 1e6, static_cast<double>(bits >> 14)};
      for (const double value : values) {
        if (std::isnan(value)) continue;
        for (const auto append : {append_number_exposition, append_number_api, append_number_plain}) {
          const auto read = parse_number(text_of(append, value));
          REQUIRE(read);
          CHECK(std::bit_cast<uint64_t>(*read) == std::bit_cast<uint64_t>(value));
        }
      }
    }
  }

  TEST_CASE("words and signs are read as Go reads them") {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    for (const std::string_view word : {"Inf", "+Inf", "inf", "INFINITY", "+infinity"})
      CHECK(parse_number(word) == kInf);
    for (const std::string_view word : {"-Inf", "-infinity"}) CHECK(parse_number(word) == -kInf);
    for (const std::string_view word : {"NaN", "nan", "NAN"}) CHECK(std::isnan(*parse_number(word)));
    CHECK(parse_number("+1.5e3") == 1500.0);
    CHECK(parse_number(".5") == 0.5);
    CHECK(parse_number("5.") == 5.0);
    CHECK(parse_number("1E5") == 100000.0);
    CHECK(std::signbit(*parse_number("-0")));
  }

  TEST_CASE("what is no number is refused") {
    for (const std::string_view text :
         {"",      "+",   "-",   ".",    "e5",   "1e",   "1e+",    "0x10", "0x1p-3", "1_000", " 1",    "1 ",
          "1.2.3", "--1", "+-1", "-nan", "+NaN", "infi", "nan(1)", "true", "1f",     "1e400", "-1e400"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_number(text));
    }
  }

  TEST_CASE("too small is zero and too large is refused however it is written") {
    CHECK(parse_number("1e-400") == 0.0);
    CHECK(std::signbit(*parse_number("-1e-400")));
    CHECK(parse_number("0." + std::string(400, '0') + "1") == 0.0);
    CHECK(parse_number("0." + std::string(400, '0') + "1e10") == 0.0);
    CHECK(parse_number("1e-99999999999999999999") == 0.0);
    CHECK_FALSE(parse_number(std::string(400, '1')));
    CHECK_FALSE(parse_number("000" + std::string(400, '1')));
    CHECK_FALSE(parse_number("1e99999999999999999999"));
    CHECK(parse_number(std::string(400, '1') + "e-400").has_value());
    CHECK(parse_number("0e400") == 0.0);
  }

  TEST_CASE("integers are whole and within 64 bits") {
    CHECK(parse_integer("-9223372036854775808") == std::numeric_limits<int64_t>::min());
    CHECK(parse_integer("+5") == 5);
    CHECK_FALSE(parse_integer("9223372036854775808"));
    CHECK_FALSE(parse_integer("+-5"));
    CHECK_FALSE(parse_integer("1.0"));
    CHECK_FALSE(parse_integer(""));
    CHECK(parse_unsigned("18446744073709551615") == std::numeric_limits<uint64_t>::max());
    CHECK_FALSE(parse_unsigned("-1"));
    std::string out;
    append_integer(out, std::numeric_limits<int64_t>::min());
    append_unsigned(out, std::numeric_limits<uint64_t>::max());
    CHECK(out == "-922337203685477580818446744073709551615");
  }

}  // TEST_SUITE

}  // namespace sonde
