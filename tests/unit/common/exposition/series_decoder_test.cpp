#include "common/exposition/text_reader.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>

namespace sonde::exposition {

TEST_SUITE("exposition/series_decoder") {
  TEST_CASE("an exemplar gives labels and value and time") {
    const auto exemplar = decode_exemplar("{trace_id=\"\\\"x\\\"\",span=\"é\"} 0.25 1700000000.5");
    REQUIRE(exemplar);
    CHECK(exemplar->labels.get("trace_id") == "\"x\"");
    CHECK(exemplar->labels.get("span") == "é");
    CHECK(exemplar->label_runes == 8 + 3 + 4 + 1);
    CHECK(exemplar->value == 0.25);
    CHECK(exemplar->timestamp_ms == 1'700'000'000'500);
    CHECK_FALSE(decode_exemplar(""));
    CHECK_FALSE(decode_exemplar("{}"));
    CHECK_FALSE(decode_exemplar("{a=\"1\",a=\"2\"} 1"));
  }

  TEST_CASE("a series decodes into sorted labels") {
    CHECK(decode_series("foo")->to_string() == "foo");
    CHECK(decode_series("foo{b=\"1\",a=\"\"}")->to_string() == "foo{b=\"1\"}");
    const auto quoted_names = decode_series("{\"a.b\", \"c.d\" = \"\\\"\\\\\\n\\t\"}");
    REQUIRE(quoted_names);
    CHECK(quoted_names->metric_name() == "a.b");
    CHECK(quoted_names->get("c.d") == "\"\\\n\\t");
    CHECK_FALSE(decode_series("{a=\"b\"}"));
    CHECK_FALSE(decode_series("{\"\"}"));
    CHECK_FALSE(decode_series("foo{__name__=\"bar\"}"));
    CHECK_FALSE(decode_series("foo{a=\"1\",\"a\"=\"2\"}"));
    CHECK_FALSE(decode_series("foo{a=\"1\""));
  }

  TEST_CASE("bounds are rewritten as floats for their own type only") {
    const std::string_view series = "h{le=\"1\",quantile=\"0.90\",x=\"1\"}";
    CHECK(decode_series(series)->to_string() == "h{le=\"1\", quantile=\"0.90\", x=\"1\"}");
    CHECK(decode_series(series, MetricType::Histogram)->get("le") == "1.0");
    CHECK(decode_series(series, MetricType::Histogram)->get("quantile") == "0.90");
    CHECK(decode_series(series, MetricType::Summary)->get("quantile") == "0.9");
    CHECK(decode_series("h{le=\"bogus\"}", MetricType::Histogram)->get("le") == "bogus");
    CHECK(decode_series("h{le=\"+Inf\"}", MetricType::Histogram)->get("le") == "+Inf");
  }

  TEST_CASE("floats of OpenMetrics have a point or an exponent") {
    const auto text = [](double value) {
      std::string out;
      append_openmetrics_float(out, value);
      return out;
    };
    CHECK(text(1) == "1.0");
    CHECK(text(0) == "0.0");
    CHECK(text(-1) == "-1.0");
    CHECK(text(0.5) == "0.5");
    CHECK(text(1e6) == "1e+06");
    CHECK(text(-HUGE_VAL) == "-Inf");
    CHECK(text(NAN) == "NaN");
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
