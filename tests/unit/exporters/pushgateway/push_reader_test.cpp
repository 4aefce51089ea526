#include "exporters/pushgateway/push_reader.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::pushgateway {
namespace {

GroupingKey key(std::string_view path) {
  return *parse_grouping_key(path, false);
}

std::string lines(std::string_view body, std::string_view path = "job/j") {
  const GroupingKey group = key(path);
  const auto read = PushReader(body, group, false).read();
  REQUIRE_MESSAGE(read, read.error().message());
  std::string out;
  for (const PushedFamily& family : read->families) render_lines(out, family);
  return out;
}

}  // namespace

TEST_SUITE("pushgateway/push_reader") {
  TEST_CASE("the path's labels replace the body's and a missing instance is empty") {
    CHECK(lines("x{job=\"other\",z=\"1\",a=\"2\"} 1\n") == "x{a=\"2\",instance=\"\",job=\"j\",z=\"1\"} 1\n");
    CHECK(lines("x{instance=\"i\"} 1\n") == "x{instance=\"i\",job=\"j\"} 1\n");
    CHECK(lines("x{instance=\"i\"} 1\n", "job/j/instance@base64/=") == "x{instance=\"\",job=\"j\"} 1\n");
    CHECK(lines("x 1\n", "job/j/a/b%22") == "x{a=\"b%22\",instance=\"\",job=\"j\"} 1\n");
    CHECK(lines("x 1\n", "job/j/z/a\"b") == "x{instance=\"\",job=\"j\",z=\"a\\\"b\"} 1\n");
  }

  TEST_CASE("a histogram is one metric per label set and ends in +Inf sum and count") {
    CHECK(lines("# TYPE h histogram\n"
                "h_bucket{z=\"1\",le=\"1.0\"} 1\nh_bucket{le=\"1.0\"} 5\nh_count{z=\"1\"} 2\nh_sum{z=\"1\"} "
                "3\n") ==
          "h_bucket{instance=\"\",job=\"j\",z=\"1\",le=\"1\"} 1\n"
          "h_bucket{instance=\"\",job=\"j\",z=\"1\",le=\"+Inf\"} 2\n"
          "h_sum{instance=\"\",job=\"j\",z=\"1\"} 3\n"
          "h_count{instance=\"\",job=\"j\",z=\"1\"} 2\n"
          "h_bucket{instance=\"\",job=\"j\",le=\"1\"} 5\n"
          "h_bucket{instance=\"\",job=\"j\",le=\"+Inf\"} 0\n"
          "h_sum{instance=\"\",job=\"j\"} 0\n"
          "h_count{instance=\"\",job=\"j\"} 0\n");
  }

  TEST_CASE("a summary's quantiles are followed by sum and count") {
    CHECK(lines("# TYPE s summary\ns_sum 4.5\ns{quantile=\"0.50\"} 2\ns_count 2.7\n") ==
          "s{instance=\"\",job=\"j\",quantile=\"0.5\"} 2\n"
          "s_sum{instance=\"\",job=\"j\"} 4.5\n"
          "s_count{instance=\"\",job=\"j\"} 2\n");
  }

  TEST_CASE("what expfmt takes is taken") {
    CHECK(lines("  x  {  a = \"b\" , }  1\n") == "x{a=\"b\",instance=\"\",job=\"j\"} 1\n");
    CHECK(lines("x1.5\n") == "x1{instance=\"\",job=\"j\"} 0.5\n");
    CHECK(lines("x{}1\n") == "x{instance=\"\",job=\"j\"} 1\n");
    CHECK(lines("#\n# just words\n#TYPE x gauge\n# HELP\n# TYPE x\nx 1\n") ==
          "x{instance=\"\",job=\"j\"} 1\n");
    CHECK(lines("{\"x\",a=\"b\"} 1\n") == "x{a=\"b\",instance=\"\",job=\"j\"} 1\n");
    CHECK(lines("# TYPE x GAUGE\nx +inf\n") == "x{instance=\"\",job=\"j\"} +Inf\n");
    CHECK(lines("x{a=\"\\\\ \\\" \\n\"} 1\n") == "x{a=\"\\\\ \\\" \\n\",instance=\"\",job=\"j\"} 1\n");
    CHECK(lines("\n \n") == "");
    CHECK(lines("x 1\n  ") == "x{instance=\"\",job=\"j\"} 1\n");
  }

  TEST_CASE("what expfmt refuses is refused with its line") {
    const auto bad = [](std::string_view body, std::string_view message) {
      CAPTURE(body);
      const GroupingKey group = key("job/j");
      const auto read = PushReader(body, group, false).read();
      REQUIRE_FALSE(read);
      CAPTURE(read.error().message());
      CHECK(read.error().message().find(message) != std::string::npos);
    };
    bad("good 1\nx 1", "line 2: unexpected end of input stream");
    bad("x 1 \n", "expected integer as timestamp");
    bad("x 1 5 \n", "expected integer as timestamp");
    bad("x 1\r\n", "expected float as value");
    bad("x\n", "expected float as value");
    bad("x 0x1p3\n", "expected float as value");
    bad("1x 1\n", "invalid metric name");
    bad("x{a=\"b\"\n", "unexpected end of label value");
    bad("x{a=\"b\" c=\"d\"} 1\n", "unexpected end of label value");
    bad("x{a=b} 1\n", "expected '\"'");
    bad("x{a} 1\n", "expected '='");
    bad("x{,} 1\n", "invalid label name");
    bad("x{a=\"\\t\"} 1\n", "invalid escape sequence");
    bad("x{a=\"b\nc\"} 1\n", "unescaped new-line");
    bad("x{a=\"\xff\"} 1\n", "invalid label value");
    bad("x{a=\"1\",a=\"2\"} 1\n", "duplicate label names");
    bad("x{__name__=\"y\"} 1\n", "is reserved");
    bad("{} 1\n", "invalid metric name");
    bad("{\"x.y\"} 1\n", "invalid metric name");
    bad("{\"x\",\"y\"} 1\n", "expected '='");
    bad("# TYPE x gauge \n", "unknown metric type");
    bad("# TYPE x gauge\n# TYPE x gauge\n", "second TYPE line");
    bad("x 1\n# TYPE x gauge\n", "second TYPE line");
    bad("# HELP x a\n# HELP x a\n", "second HELP line");
    bad("# HELP x a\\b\n", "invalid escape sequence");
    bad("# HELP x-y a\n", "invalid metric name in comment");
    bad("# TYPE h histogram\nh_bucket{le=\"x\"} 1\n", "expected float as value for");
    bad("# TYPE h histogram\nh_bucket{le=\"1\"} -1\n", "negative bucket population");
    bad("# TYPE h histogram\nh_count -1\n", "negative count");
  }

  TEST_CASE("timestamps and reserved labels are read and reported") {
    const GroupingKey group = key("job/j");
    CHECK(PushReader("x 1 1234\n", group, false).read()->has_timestamps);
    CHECK(PushReader("x{__y=\"\"} 1\n", group, false).read()->reserved_label == "__y");
    CHECK_FALSE(PushReader("x 1\n", group, false).read()->has_timestamps);
  }

  TEST_CASE("names may be anything when they are allowed to") {
    const GroupingKey group = key("job/j");
    const auto read = PushReader("{\"x.y\",\"a b\"=\"c\"} 1\n", group, true).read();
    REQUIRE(read);
    std::string out;
    render_lines(out, read->families.at(0));
    CHECK(out == "{\"x.y\",\"a b\"=\"c\",instance=\"\",job=\"j\"} 1\n");
  }

  TEST_CASE("a name holds no NUL even where it may be anything") {
    const GroupingKey group = key("job/j");
    for (const std::string& body :
         {std::string("{\"a\0b\"} 1\n", 10), std::string("x{\"a\0\"=\"\"} 1\n", 13)}) {
      CHECK_FALSE(PushReader(body, group, true).read());
    }
  }

  TEST_CASE("a body cut at any byte is read or refused and never more") {
    const GroupingKey group = key("job/j/l/v");
    const std::string body =
        "# HELP h Some \\n help.\n# TYPE h histogram\nh_bucket{a=\"\\\"\",le=\"+Inf\"} 2\nh_sum "
        "1\n{\"q\",b=\"c\"} NaN\n";
    for (size_t length = 0; length <= body.size(); ++length) {
      CAPTURE(length);
      const auto read = PushReader(std::string_view(body).substr(0, length), group, false).read();
      if (length > 0 && body[length - 1] == '\n') CHECK(read);
    }
  }

  TEST_CASE("a label's text is taken apart as it was written") {
    const auto labels = split_labels("a=\"x\\\"y,\",\"b c\"=\"\",d=\"\\n\"");
    REQUIRE(labels.size() == 3);
    CHECK(labels[0] == Label{"a", "x\"y,"});
    CHECK(labels[1] == Label{"b c", ""});
    CHECK(labels[2] == Label{"d", "\n"});
  }

  TEST_CASE("as many metrics as the limit are taken and one more is refused") {
    const GroupingKey group = key("job/j");
    std::string body;
    for (size_t i = 0; i < kBodyMetricsMax; ++i) body += "a 1\n";
    CHECK(PushReader(body, group, false).read());
    body += "a 1\n";
    const auto read = PushReader(body, group, false).read();
    REQUIRE_FALSE(read);
    CHECK(read.error().code() == ErrorCode::LimitExceeded);
  }
}

}  // namespace sonde::pushgateway
