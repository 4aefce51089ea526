#include "common/exposition/page_writer.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/common/exposition/golden.h"

namespace sonde::exposition {
namespace {

std::string convert(const std::string& page, Format format, Escaping escaping) {
  const auto converted = convert_page(page, {.format = format, .escaping = escaping});
  REQUIRE(converted);
  return *converted;
}

}  // namespace

TEST_SUITE("exposition/page_writer") {
  TEST_CASE("a page becomes what the original makes of it") {
    const std::string page = read_golden("page.txt");
    CHECK(convert(page, Format::Text, Escaping::AllowUtf8) == page);
    CHECK(convert(page, Format::Text, Escaping::Underscores) == read_golden("page.underscores.txt"));
    CHECK(convert(page, Format::Text, Escaping::Dots) == read_golden("page.dots.txt"));
    CHECK(convert(page, Format::Text, Escaping::Values) == read_golden("page.values.txt"));
    CHECK(convert(page, Format::OpenMetrics1, Escaping::AllowUtf8) == read_golden("page.openmetrics"));
    CHECK(convert(page, Format::Protobuf, Escaping::AllowUtf8) == read_golden("page.protobuf"));
  }

  TEST_CASE("a page without quoted names is served as it is") {
    const Negotiated text{.format = Format::Text, .escaping = Escaping::Underscores};
    CHECK(serves_as_is("foo{a=\"b\",c=\"d\"} 1\n", text));
    CHECK_FALSE(serves_as_is("{\"foo.bar\"} 1\n", text));
    CHECK_FALSE(serves_as_is("foo{a=\"b\",\"c.d\"=\"e\"} 1\n", text));
    CHECK_FALSE(serves_as_is("# TYPE \"foo.bar\" gauge\n", text));
    CHECK(serves_as_is("{\"foo.bar\"} 1\n", {.format = Format::Text, .escaping = Escaping::AllowUtf8}));
    CHECK_FALSE(serves_as_is("foo 1\n", {.format = Format::Protobuf, .escaping = Escaping::AllowUtf8}));
  }

  TEST_CASE("what is no page is refused") {
    CHECK_FALSE(
        convert_page("foo bar\n", {.format = Format::OpenMetrics1, .escaping = Escaping::Underscores}));
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
