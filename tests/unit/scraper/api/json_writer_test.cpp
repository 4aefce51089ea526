#include "scraper/api/json_writer.h"

#include <doctest/doctest.h>

#include <limits>

namespace sonde::api {
namespace {

template <class Write>
std::string written(Write write) {
  std::string out;
  JsonWriter json(out);
  write(json);
  return out;
}

}  // namespace

TEST_SUITE("api/json_writer") {
  TEST_CASE("commas stand between values and nowhere else") {
    CHECK(written([](JsonWriter& json) {
            json.begin_object();
            json.member("a", int64_t{1});
            json.key("b");
            json.begin_array();
            json.begin_object();
            json.end_object();
            json.boolean(true);
            json.begin_array();
            json.end_array();
            json.end_array();
            json.member("c", "x");
            json.end_object();
          }) == R"({"a":1,"b":[{},true,[]],"c":"x"})");
  }

  TEST_CASE("strings are escaped and what is not UTF-8 is replaced") {
    const auto text = [](std::string_view value) {
      return written([&](JsonWriter& json) { json.string(value); });
    };
    CHECK(text("plain") == "\"plain\"");
    CHECK(text("a\"b\\c\n\t\r") == R"("a\"b\\c\n\t\r")");
    CHECK(text(std::string_view("\x00\x1f", 2)) == "\"\\u0000\\u001f\"");
    CHECK(text("caf\xc3\xa9") == "\"caf\xc3\xa9\"");
    CHECK(text("a\xff") == "\"a\xef\xbf\xbd\"");
  }

  TEST_CASE("sample values are texts as the reference prints them") {
    const auto text = [](double value) {
      return written([&](JsonWriter& json) { json.sample_value(value); });
    };
    CHECK(text(100000) == "\"100000\"");
    CHECK(text(1e21) == "\"1e+21\"");
    CHECK(text(1e-7) == "\"1e-07\"");
    CHECK(text(-0.0) == "\"-0\"");
    CHECK(text(std::numeric_limits<double>::infinity()) == "\"+Inf\"");
    CHECK(text(std::numeric_limits<double>::quiet_NaN()) == "\"NaN\"");
  }

  TEST_CASE("timestamps have three decimals or none") {
    const auto text = [](int64_t time_ms) {
      return written([&](JsonWriter& json) { json.timestamp(time_ms); });
    };
    CHECK(text(0) == "0");
    CHECK(text(1'795'232'668'412) == "1795232668.412");
    CHECK(text(1'795'232'668'750) == "1795232668.750");
    CHECK(text(1'795'232'668'005) == "1795232668.005");
    CHECK(text(1000) == "1");
    CHECK(text(-1) == "-0.001");
    CHECK(text(-1500) == "-1.500");
    CHECK(text(std::numeric_limits<int64_t>::min()) == "-9223372036854775.808");
  }

  TEST_CASE("a number that JSON cannot say is null") {
    CHECK(written([](JsonWriter& json) { json.number(std::numeric_limits<double>::infinity()); }) == "null");
    CHECK(written([](JsonWriter& json) { json.number(0.25); }) == "0.25");
  }

  TEST_CASE("label sets are objects in the order of their names") {
    CHECK(written([](JsonWriter& json) {
            json.labels(Labels{{"job", "x"}, {"__name__", "up"}});
          }) == R"({"__name__":"up","job":"x"})");
  }

  TEST_CASE("an answer may go on in another buffer") {
    std::string first;
    std::string second;
    JsonWriter json(first);
    json.begin_array();
    json.integer(1);
    json.continue_in(second);
    json.integer(2);
    json.end_array();
    CHECK(first + second == "[1,2]");
  }
}

}  // namespace sonde::api
