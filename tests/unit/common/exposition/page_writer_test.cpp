#include "common/exposition/page_writer.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "common/exposition/lint.h"
#include "common/exposition/page.h"
#include "common/exposition/protobuf_reader.h"

namespace sonde::exposition {
namespace {

std::string read_golden(const std::string& name) {
  std::ifstream file("tests/golden/exposition/" + name, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

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

  TEST_CASE("protobuf reads back as the page it was made of") {
    std::string page;
    REQUIRE(append_protobuf_as_text(read_golden("page.protobuf"), page));
    // Bounds are whole numbers there and floats here.
    std::string want = read_golden("page.txt");
    for (size_t at = want.find("le=\"1\""); at != std::string::npos; at = want.find("le=\"1\"", at)) {
      want.replace(at, 6, "le=\"1.0\"");
    }
    CHECK(page == want);
  }

  TEST_CASE("protobuf cut at any byte is refused unless whole messages are left") {
    const std::string body = read_golden("page.protobuf");
    size_t whole = 0;
    for (size_t length = 0; length < body.size(); ++length) {
      std::string page;
      whole += append_protobuf_as_text(std::string_view(body).substr(0, length), page).ok() ? 1 : 0;
    }
    // Nothing, and each family but the last.
    CHECK(whole == 7);
  }

  TEST_CASE("protobuf with any bit flipped is read or refused") {
    const std::string body = read_golden("page.protobuf");
    for (size_t bit = 0; bit < body.size() * 8; ++bit) {
      std::string bad = body;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
      std::string page;
      const Status status = append_protobuf_as_text(bad, page);
      if (!status) CHECK(status.error().range()->end <= bad.size());
    }
  }

  TEST_CASE("a native histogram becomes its count and sum and last bucket") {
    // name "h"; type HISTOGRAM; metric { histogram { count 5; sum 2.5; schema 3; positive_delta 2 } }
    const std::string body(
        "\x1c\x0a\x01h\x18\x04\x22\x15\x3a\x13\x08\x05\x11\0\0\0\0\0\0\x04\x40\x28\x06\x68\x04\x30\x00\x30"
        "\x00",
        29);
    std::string page;
    REQUIRE(append_protobuf_as_text(body, page));
    CHECK(page == "# HELP h \n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 5\nh_sum 2.5\nh_count 5\n");
  }

  TEST_CASE("the lint finds what promtool finds") {
    const auto problems = lint_page(read_golden("lint.txt"));
    REQUIRE(problems);
    std::string text;
    for (const LintProblem& problem : *problems) text += problem.metric + " " + problem.text + "\n";
    CHECK(text == read_golden("lint.expected"));
  }

  TEST_CASE("equal series are found and cardinality counts lines") {
    const auto problems =
        lint_page("# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"1\"} 2\na{x=\"2\"} 2\n");
    REQUIRE(problems);
    REQUIRE(problems->size() == 1);
    CHECK(problems->front() == LintProblem{.metric = "a", .text = "metric not unique"});
    const auto counts = count_cardinality(read_golden("page.txt"));
    REQUIRE(counts);
    CHECK(counts->front().metric == "h");
    CHECK(counts->front().series_count == 9);
    CHECK_FALSE(lint_page("a b\n"));
  }

  TEST_CASE("a family that comes back later is joined with its first part") {
    const auto families = parse_page("# TYPE a histogram\na_sum 1\nb 2\na_count 3\nc_sum 4\n");
    REQUIRE(families);
    REQUIRE(families->size() == 3);
    CHECK((*families)[0].samples.size() == 2);
    CHECK((*families)[2].name == "c_sum");
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
