#include "common/exposition/text_reader.h"

#include <doctest/doctest.h>

#include <bit>
#include <string>
#include <string_view>

#include "common/core/number_text.h"

namespace sonde::exposition {
namespace {

// Everything a body holds, one word per entry: `foo{a=b}=1@1000`, `HELP foo:text`, or `ERROR`.
std::string read_all(std::string_view body, Dialect dialect) {
  TextReader reader(body, dialect);
  std::string out;
  MetricType type = MetricType::Untyped;
  for (;;) {
    const EntryKind kind = reader.next();
    const Entry& entry = reader.entry();
    if (kind == EntryKind::End) return out;
    if (!out.empty()) out += "; ";
    if (kind == EntryKind::Failed) return "ERROR";
    if (kind == EntryKind::Sample) {
      const auto labels = decode_series(entry.series, type);
      if (!labels) return "BAD SERIES";
      out += labels->to_string() + "=";
      append_number_exposition(out, entry.value);
      if (entry.timestamp_ms) out += "@" + std::to_string(*entry.timestamp_ms);
      if (!entry.exemplar.empty()) out += " exemplar " + std::string(entry.exemplar);
    } else if (kind == EntryKind::Help) {
      out += "HELP " + std::string(entry.name) + ":" + unescape(entry.text, false);
    } else if (kind == EntryKind::Unit) {
      out += "UNIT " + std::string(entry.name) + ":" + std::string(entry.text);
    } else {
      type = entry.type;
      out += "TYPE " + std::string(entry.name) + ":" + std::string(metric_type_name(entry.type));
    }
  }
}

std::string read_text(std::string_view body) {
  return read_all(body, Dialect::Text);
}
std::string read_openmetrics(std::string_view body) {
  return read_all(body, Dialect::OpenMetrics);
}

struct Tricky {
  std::string_view body;
  std::string_view want;
};

// The numbers are those of the list of tricky inputs that the reference was asked about.
using std::string_view_literals::operator""sv;
constexpr Tricky kTextCases[] = {
    {"foo 1", "foo=1"},                                                             // 1
    {"\n  \n \t foo 1\n\n", "foo=1"},                                               // 2
    {"foo 1\r\n", "ERROR"},                                                         // 3
    {"\r\nfoo 1\n", "ERROR"},                                                       // 3
    {"# TYPE foo gauge\r\n", "ERROR"},                                              // 3
    {"# HELP foo bar\r\n", "HELP foo:bar\r"},                                       // 3
    {"foo\t \t1 \t 5\t\n", "foo=1@5"},                                              // 4
    {"#comment\n#HELP x y\n# anything\n# HELPx\n# help x y\n# HELP\n#\n# \n", ""},  // 5
    {"# TYPE 9foo counter\n", "ERROR"},                                             // 5b
    {"# HELP foo-bar text\n", "HELP foo:bar text"},                                 // 5b
    {"# TYPE foo info\n", "ERROR"},                                                 // 6
    {"# TYPE foo bogus\n", "ERROR"},                                                // 6
    {"# TYPE foo  gauge\n", "ERROR"},  // 6: the type word is " gauge"
    {"# TYPE foo\n", "ERROR"},         // 7
    {"# HELP foo\n", "HELP foo:"},     // 8
    {"# HELP foo   \n", "HELP foo:"},  // 8
    {"foo 1\n# TYPE foo gauge\n# TYPE foo counter\n", "foo=1; TYPE foo:gauge; TYPE foo:counter"},  // 9
    {"# HELP foo \xff\n", "ERROR"},                                                                // 10
    {"foo{a=\"\xff\"} 1\n", "ERROR"},                                                              // 10
    {"foo{a=\"b\",} 1\n", "foo{a=\"b\"}=1"},                                                       // 11
    {"foo{a=\"b\"c=\"d\"} 1\n", "foo{a=\"b\", c=\"d\"}=1"},                                        // 12
    {"foo{,a=\"b\"} 1\n", "ERROR"},                                                                // 13
    {"foo{a=\"b\",,} 1\n", "ERROR"},                                                               // 13
    {"foo { a = \"b\" } 1\n", "foo{a=\"b\"}=1"},                                                   // 14
    {"foo{a='b'} 1\n", "ERROR"},                                                                   // 15
    {"foo{a=\"b\nc\"} 1\n", "foo{a=\"b\\nc\"}=1"},                                                 // 16
    {"foo{a=\"b\\\nc\"} 1\n", "ERROR"},  // 16: a backslash takes no newline
    {"foo{a=\"\\\\ \\\" \\n \\x\"} 1\n", "foo{a=\"\\\\ \\\" \\n \\\\x\"}=1"},             // 17
    {"foo{} 1\n", "foo=1"},                                                               // 18
    {"{a=\"ok\"} 1\n", "ERROR"},                                                          // 19
    {"{} 1\n", "ERROR"},                                                                  // 19
    {"{foo} 1\n", "ERROR"},                                                               // 19
    {"{\"foo.bar\",a=\"b\"} 1\n", "{\"foo.bar\", a=\"b\"}=1"},                            // 20
    {"foo{\"bar\"} 1\n", "ERROR"},                                                        // 21
    {"foo.bar 1\n", "ERROR"},                                                             // 22
    {"9foo 1\n", "ERROR"},                                                                // 23
    {"foo-bar 1\n", "ERROR"},                                                             // 23
    {"a NaN\nb nan\nc +Inf\nd -inf\ne 1e5\n", "a=NaN; b=NaN; c=+Inf; d=-Inf; e=100000"},  // 24
    {"foo -NaN\n", "ERROR"},                                 // 24: Go's NaN takes no sign
    {"foo 1_000\n", "ERROR"},                                // 25
    {"foo 0x1p-3\n", "ERROR"},                               // 25
    {"foo true\n", "ERROR"},                                 // 25
    {"foo 1e400\n", "ERROR"},                                // 25
    {"foo\n", "ERROR"},                                      // 25
    {"foo 1e-400\n", "foo=0"},                               // 25
    {"foo 1 -5\n", "ERROR"},                                 // 26
    {"foo 1 1.5\n", "ERROR"},                                // 26
    {"foo 1 1e3\n", "ERROR"},                                // 26
    {"foo 1 99999999999999999999\n", "ERROR"},               // 26
    {"foo 1 5 6\n", "ERROR"},                                // 27
    {"foo 1\nfoo 1\n", "foo=1; foo=1"},                      // 28: the scraper drops the second
    {"foo 1 1000\nfoo 2 2000\n", "foo=1@1000; foo=2@2000"},  // 29
    {"foo 1 99999999999999\n", "foo=1@99999999999999"},      // 30: storage decides
    {"foo{a=\"1\",a=\"2\"} 1\n", "BAD SERIES"},              // 31
    {"foo{a=\"\"} 1\n", "foo=1"},                            // 32
    {"foo{job=\"x\",instance=\"y\"} 1\n", "foo{instance=\"y\", job=\"x\"}=1"},  // 33: the scraper renames
    {"foo{__x=\"y\"} 1\n", "foo{__x=\"y\"}=1"},                                 // 34
    {"foo 1\n\0garbage \xff"sv, "foo=1"},                                       // 35
    {"foo 1\n#\0 }}\nbar }"sv, "foo=1"},                                        // 35
    {"foo{a=\"b\0c\"} 1\n"sv, "foo{a=\"b\\x00c\"}=1"},                          // 35
    {"# HELP foo a\0b\n"sv, "HELP foo:a\0b"sv},                                 // 35
    {"{\"\\\0\"} 1\n"sv, "ERROR"},  // 35: a backslash takes no NUL in a name,
    {"foo{\"\\\0\"=\"b\"} 1\n"sv, "ERROR"},
    {"foo{a=\"\\\0\"} 1\n"sv, "ERROR"},  // and in a value the byte behind it
    {"foo{a=\"\\\0\"\"} 1\n"sv, "foo{a=\"\\\\\\x00\\\"\"}=1"},
    {"# TYPE h histogram\nh_bucket{le=\"1\"} 1\nother{le=\"5\",quantile=\"0.90\"} 1\n",
     "TYPE h:histogram; h_bucket{le=\"1.0\"}=1; other{le=\"5.0\", quantile=\"0.90\"}=1"},     // 36
    {"# TYPE s summary\ns{quantile=\"0.90\"} 1\n", "TYPE s:summary; s{quantile=\"0.9\"}=1"},  // 36
    {"good 1\nbad bad\ngood 2\n", "ERROR"},  // 37: the scraper keeps nothing
    {"# TYPE h histogram\nh_bucket{le=\"1\"} 1\n", "TYPE h:histogram; h_bucket{le=\"1.0\"}=1"},  // 38
    {"foo 1\n# EOF\nbar 2\n", "foo=1; bar=2"},                                                   // 39
    {"\xEF\xBB\xBF"
     "foo 1\n",
     "ERROR"},                                                // 40
    {"foo{a:b=\"c\"} 1\n", "ERROR"},                          // 42
    {"{\"foo\",\"a.b\"=\"c\"} 1\n", "foo{\"a.b\"=\"c\"}=1"},  // 42
    {"foo{a=\"b\"}1\n", "foo{a=\"b\"}=1"},
    {"foo{a=\"b\"\n} 1\n", "ERROR"},
    {"foo{a=\"b\"", "ERROR"},
    {"foo{a=\"b", "ERROR"},
    {"foo 1{}\n", "ERROR"},
    {"# HELP \"a.b\" text\n# TYPE \"a.b\" gauge\n", "HELP a.b:text; TYPE a.b:gauge"},
    {"# HELP foo a\\\\b\\nc\\\"\n", "HELP foo:a\\b\nc\\\""},
    {"", ""},
};

constexpr Tricky kOpenMetricsCases[] = {
    {"foo 1\n# EOF\n", "foo=1"},
    {"foo 1\n# EOF", "foo=1"},
    {"foo{a=\"b\"c=\"d\"} 1\n# EOF\n", "ERROR"},          // 12
    {"foo{a=\"b\",} 1\n# EOF\n", "foo{a=\"b\"}=1"},       // 11
    {"foo{a=\"b\nc\"} 1\n# EOF\n", "ERROR"},              // 16
    {"foo 1\n", "ERROR"},                                 // 43
    {"", "ERROR"},                                        // 43
    {"foo 1", "ERROR"},                                   // 43
    {"foo 1\n# EOF\nbar 2\n", "ERROR"},                   // 43
    {"foo 1\n# EOF\n\n", "ERROR"},                        // 43
    {"foo 1\n# EOFx\n", "ERROR"},                         // 43
    {"foo 1\n\n# EOF\n", "ERROR"},                        // 44
    {" foo 1\n# EOF\n", "ERROR"},                         // 44
    {"foo\t1\n# EOF\n", "ERROR"},                         // 44
    {"foo  1\n# EOF\n", "ERROR"},                         // 44
    {"foo{a=\"b\", c=\"d\"} 1\n# EOF\n", "ERROR"},        // 44
    {"foo {a=\"b\"} 1\n# EOF\n", "ERROR"},                // 44
    {"# TYPE foo untyped\n# EOF\n", "ERROR"},             // 45
    {"# TYPE foo counter \n# EOF\n", "ERROR"},            // 45
    {"# TYPE foo unknown\n# EOF\n", "TYPE foo:untyped"},  // 45
    {"# TYPE a info\n# TYPE b stateset\n# TYPE c gaugehistogram\n# EOF\n",
     "TYPE a:info; TYPE b:stateset; TYPE c:gaugehistogram"},              // 45
    {"# UNIT foo seconds\n# EOF\n", "ERROR"},                             // 46
    {"# UNIT seconds seconds\n# EOF\n", "ERROR"},                         // 46
    {"# UNIT foo_seconds seconds\n# EOF\n", "UNIT foo_seconds:seconds"},  // 46
    {"# UNIT foo \n# EOF\n", "UNIT foo:"},                                // 46
    {"foo 1 NaN\n# EOF\n", "ERROR"},                                      // 47
    {"foo 1 +Inf\n# EOF\n", "ERROR"},                                     // 47
    {"foo 1 1.5\nfoo 2 -1.2345\n# EOF\n", "foo=1@1500; foo=2@-1234"},     // 47
    {"foo 1 # {a=\"b\"} 0.5 1.5\n# EOF\n", "foo=1 exemplar {a=\"b\"} 0.5 1.5"},
    {"foo 1 2 # {} 0.5\n# EOF\n", "foo=1@2000 exemplar {} 0.5"},
    {"foo 1 # {a=\"b\"}\n# EOF\n", "ERROR"},                                          // 49
    {"foo 1 # {a=\"b\"} x\n# EOF\n", "ERROR"},                                        // 49
    {"foo 1 # {a=\"b\"} 1 NaN\n# EOF\n", "ERROR"},                                    // 49
    {"foo 1 # {\"a\"} 1\n# EOF\n", "ERROR"},                                          // 49
    {"# TYPE foo counter\nfoo 1\n# EOF\n", "TYPE foo:counter; foo=1"},                // 50
    {"# TYPE foo counter\nfoo_total -1\n# EOF\n", "TYPE foo:counter; foo_total=-1"},  // 51
    {"#comment\n# EOF\n", "ERROR"},
    {"# comment\n# EOF\n", "ERROR"},
    {"# HELP foo\n# EOF\n", "ERROR"},
    {"# HELP foo  two blanks\n# EOF\n", "HELP foo: two blanks"},
    {"{\"a.b\",\"c.d\"=\"e\"} 1\n# EOF\n", "{\"a.b\", \"c.d\"=\"e\"}=1"},
};

}  // namespace

TEST_SUITE("exposition/text_reader") {
  TEST_CASE("text: tricky inputs read as the reference reads them") {
    for (const Tricky& tricky : kTextCases) {
      CAPTURE(std::string(tricky.body));
      // An error is what the last entry was; good entries may come before it.
      CHECK(read_text(tricky.body) == tricky.want);
    }
  }

  TEST_CASE("openmetrics: tricky inputs read as the reference reads them") {
    for (const Tricky& tricky : kOpenMetricsCases) {
      CAPTURE(std::string(tricky.body));
      const std::string got = read_openmetrics(tricky.body);
      CHECK((tricky.want == "ERROR" ? got.substr(got.size() - std::min<size_t>(got.size(), 5)) : got) ==
            tricky.want);
    }
  }

  TEST_CASE("an exemplar of more than 128 runes is read and counted") {  // 48
    const std::string value(129, 'x');
    const std::string body = "foo 1 # {a=\"" + value + "\"} 2\n# EOF\n";
    TextReader reader(body, Dialect::OpenMetrics);
    REQUIRE(reader.next() == EntryKind::Sample);
    const auto exemplar = decode_exemplar(reader.entry().exemplar);
    REQUIRE(exemplar);
    CHECK(exemplar->label_runes == 130);
    CHECK(exemplar->label_runes > kExemplarRunesMax);
    CHECK(exemplar->value == 2);
    CHECK_FALSE(exemplar->timestamp_ms);
  }

  TEST_CASE("every NaN becomes the ordinary one") {
    TextReader reader("a nan\n", Dialect::Text);
    REQUIRE(reader.next() == EntryKind::Sample);
    CHECK(std::bit_cast<uint64_t>(reader.entry().value) == 0x7ff8000000000001);
  }

  TEST_CASE("an error names the line and the bytes") {
    TextReader reader("good 1\n\nbad{a=\"b\"} x1 5\n", Dialect::Text);
    CHECK(reader.next() == EntryKind::Sample);
    REQUIRE(reader.next() == EntryKind::Failed);
    CHECK(reader.error().message() == "line 3: want a number, got \"x1\"");
    REQUIRE(reader.error().range());
    CHECK(reader.error().range()->begin == 19);
    CHECK(reader.error().range()->end == 21);
    CHECK(reader.next() == EntryKind::Failed);
  }

  TEST_CASE("an error at the end says so") {
    TextReader missing("foo 1\n", Dialect::OpenMetrics);
    CHECK(missing.next() == EntryKind::Sample);
    REQUIRE(missing.next() == EntryKind::Failed);
    CHECK(missing.error().message() == "line 2: want \"# EOF\" as the last line, but the text ends");
  }

  TEST_CASE("a page cut at any byte reads or fails within its bytes") {
    const std::string page =
        "# HELP foo Some \\\\ help.\n# TYPE foo histogram\nfoo_bucket{a=\"b\\\"\",le=\"1\"} 1 5\n"
        "{\"foo.é\",\"x\"=\"y\"} 2.5e3\nfoo NaN\n# UNIT foo_s s\n";
    for (const Dialect dialect : {Dialect::Text, Dialect::OpenMetrics}) {
      for (size_t length = 0; length <= page.size(); ++length) {
        CAPTURE(length);
        TextReader reader(std::string_view(page).substr(0, length), dialect);
        size_t entries = 0;
        EntryKind kind = reader.next();
        for (; kind != EntryKind::End && kind != EntryKind::Failed; kind = reader.next()) ++entries;
        CHECK(entries <= 6);
        if (kind != EntryKind::Failed) continue;
        CHECK(reader.error().range()->begin <= length);
        CHECK(reader.error().range()->end <= length);
      }
    }
  }

  TEST_CASE("a known series is taken without its labels being read") {
    const std::string_view body = "foo{a=\"b\"} 1\nfoo{a=\"c\"} 2 7\nfoo{a=\"d\"} x\nfoo{a=\"e\"}";
    TextReader reader(body, Dialect::Text);
    CHECK_FALSE(reader.next_known("foo{a=\"c\"}"));
    CHECK(reader.offset() == 0);
    REQUIRE(reader.next_known("foo{a=\"b\"}"));
    CHECK(reader.entry().value == 1);
    CHECK(reader.entry().series == "foo{a=\"b\"}");
    CHECK_FALSE(reader.entry().timestamp_ms);
    REQUIRE(reader.next_known("foo{a=\"c\"}"));
    CHECK(reader.entry().timestamp_ms == 7);
    CHECK_FALSE(reader.next_known("foo{a=\"d\"}"));
    CHECK(reader.next() == EntryKind::Failed);

    TextReader cut("foo{a=\"e\"}", Dialect::Text);
    CHECK_FALSE(cut.next_known("foo{a=\"e\"}"));
    TextReader name_only("foo {a=\"b\"} 1\n", Dialect::Text);
    CHECK_FALSE(name_only.next_known("foo"));
    CHECK(name_only.next() == EntryKind::Sample);
  }

  TEST_CASE("the series is the text of the body without its blanks") {
    TextReader reader("  foo { a = \"b\" }   1\n", Dialect::Text);
    REQUIRE(reader.next() == EntryKind::Sample);
    CHECK(reader.entry().series == "foo { a = \"b\" }");
    CHECK(decode_metric_name(reader.entry().series) == "foo");
    CHECK(decode_metric_name("{a=\"b\",\"x.y\\n\"}") == "x.y\n");
  }

  TEST_CASE("lines may be skipped by offset") {
    const std::string_view body = "a 1\nb 2\nc 3\n";
    TextReader reader(body, Dialect::Text);
    reader.set_offset(8);
    REQUIRE(reader.next() == EntryKind::Sample);
    CHECK(reader.entry().series == "c");
  }

  TEST_CASE("whole numbers of up to 19 digits and beyond are exact") {
    const auto value = [](std::string_view text) {
      const std::string body = "foo " + std::string(text);
      TextReader reader(body, Dialect::Text);
      REQUIRE(reader.next() == EntryKind::Sample);
      return reader.entry().value;
    };
    CHECK(value("0") == 0);
    CHECK(value("9007199254740993") == 9007199254740992.0);  // 2^53 + 1 rounds to even
    CHECK(value("9999999999999999999") == 1e19);
    CHECK(value("18446744073709551616") == 0x1p64);
    CHECK(value("00012") == 12);
    CHECK(value("-12") == -12);
    CHECK(value("1.") == 1);
    CHECK(value(".5") == 0.5);
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
