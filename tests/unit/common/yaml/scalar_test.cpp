#include <doctest/doctest.h>

#include <cmath>

#include "common/yaml/scalar.h"

namespace sonde::yaml {
namespace {

Node scalar(std::string text, bool plain = true) {
  Node node;
  node.kind = NodeKind::Scalar;
  node.text = std::move(text);
  node.plain = plain;
  return node;
}

TEST_SUITE("common/yaml/scalar") {
  TEST_CASE("truth values are those of YAML 1.1") {
    for (const char* text : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"}) {
      CAPTURE(text);
      CHECK(to_boolean(scalar(text)) == true);
    }
    for (const char* text : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"}) {
      CAPTURE(text);
      CHECK(to_boolean(scalar(text)) == false);
    }
    for (const char* text : {"", "1", "tRue", "t", "enabled"}) CHECK_FALSE(to_boolean(scalar(text)));
    CHECK_FALSE(to_boolean(scalar("true", false)));
  }

  TEST_CASE("integers come in four bases with underscores") {
    CHECK(to_integer(scalar("0")) == 0);
    CHECK(to_integer(scalar("-42")) == -42);
    CHECK(to_integer(scalar("+7")) == 7);
    CHECK(to_integer(scalar("0x1F")) == 31);
    CHECK(to_integer(scalar("0b101")) == 5);
    CHECK(to_integer(scalar("0o17")) == 15);
    CHECK(to_integer(scalar("0755")) == 493);
    CHECK(to_integer(scalar("1_000")) == 1000);
    CHECK(to_integer(scalar("1e3")) == 1000);
    CHECK(to_integer(scalar("9223372036854775807")) == INT64_MAX);
    CHECK(to_integer(scalar("-9223372036854775808")) == INT64_MIN);
    for (const char* text : {"9223372036854775808", "", "x", "0x", "089x", "--1", "12a", "1h"}) {
      CAPTURE(text);
      CHECK_FALSE(to_integer(scalar(text)));
    }
    CHECK_FALSE(to_integer(scalar("1", false)));
    CHECK(to_unsigned(scalar("18446744073709551615")) == UINT64_MAX);
    CHECK_FALSE(to_unsigned(scalar("-1")));
  }

  TEST_CASE("numbers include infinities and not-a-number") {
    CHECK(to_number(scalar("0.5")) == 0.5);
    CHECK(to_number(scalar("-1.5e3")) == -1500.0);
    CHECK(to_number(scalar("10")) == 10.0);
    CHECK(to_number(scalar(".inf")) == HUGE_VAL);
    CHECK(to_number(scalar("-.Inf")) == -HUGE_VAL);
    CHECK(std::isnan(to_number(scalar(".nan")).value_or(0)));
    for (const char* text : {"inf", "nan", "1.2.3", "e", "", "0.5s"}) {
      CAPTURE(text);
      CHECK_FALSE(to_number(scalar(text)));
    }
  }

  TEST_CASE("text that would be read as something else needs quotes") {
    for (const char* text : {"", "~", "null", "true", "off", "12", "0x10", "1.5", ".inf", "<<"}) {
      CAPTURE(text);
      CHECK(needs_quotes(text));
    }
    for (const char* text : {"a", "15s", "localhost:9090", "1.2.3.4", "v1"}) {
      CAPTURE(text);
      CHECK_FALSE(needs_quotes(text));
    }
  }
}

}  // namespace
}  // namespace sonde::yaml
