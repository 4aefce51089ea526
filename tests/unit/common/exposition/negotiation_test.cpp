#include "common/exposition/negotiation.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace sonde::exposition {
namespace {

std::string answer(std::string_view accept, bool openmetrics) {
  return content_type(negotiate(accept, {.openmetrics = openmetrics, .protobuf = true}));
}

constexpr std::string_view kServerAccept =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/"
    "openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/"
    "plain;version=0.0.4;q=0.3,*/*;q=0.2";
constexpr std::string_view kText = "text/plain; version=0.0.4; charset=utf-8; escaping=";
constexpr std::string_view kProtobuf =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=";

}  // namespace

TEST_SUITE("exposition/negotiation") {
  // The answers are those of the Go library for the same headers.
  TEST_CASE("the best clause that is offered wins") {
    const std::string text(kText);
    CHECK(answer("", false) == text + "underscores");
    CHECK(answer("*/*", true) == text + "underscores");
    CHECK(answer("text/*", true) == text + "underscores");
    CHECK(answer("text/plain;version=2", false) == text + "underscores");
    CHECK(answer(",,;;=,text/plain", false) == text + "underscores");
    CHECK(answer("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true) ==
          text + "underscores");
    CHECK(answer(kServerAccept, false) == text + "allow-utf-8");
    CHECK(answer(kServerAccept, true) ==
          "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
    CHECK(answer("application/openmetrics-text", true) ==
          "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=underscores");
    CHECK(answer("text/plain; version=0.0.4; escaping=dots", false) == text + "dots");
    CHECK(
        answer("text/plain;escaping=values;q=0.1, application/openmetrics-text;version=0.0.1;escaping=bogus",
               false) == text + "values");
    const std::string protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6";
    CHECK(answer(protobuf + ",text/plain;version=0.0.4;q=0.5", false) ==
          std::string(kProtobuf) + "underscores");
    CHECK(answer(protobuf + ",text/plain;version=0.0.4;q=0.7", false) == text + "underscores");
    CHECK(content_type(negotiate(protobuf, {.openmetrics = false, .protobuf = false})) ==
          text + "underscores");
  }

  TEST_CASE("a very long header is cut and still answered") {
    std::string accept;
    for (int i = 0; i < 100000; ++i) accept += "a/b;q=0.5,";
    CHECK(answer(accept + "application/openmetrics-text", true) == std::string(kText) + "underscores");
  }

  TEST_CASE("the scrape header lists protocols with falling weight") {
    using enum ScrapeProtocol;
    constexpr std::array kDefault{OpenMetricsText1_0_0, OpenMetricsText0_0_1, PrometheusText1_0_0,
                                  PrometheusText0_0_4};
    CHECK(accept_header(kDefault, Escaping::AllowUtf8) == kServerAccept);
    constexpr std::array kAll{PrometheusProto, OpenMetricsText1_0_0, OpenMetricsText0_0_1,
                              PrometheusText1_0_0, PrometheusText0_0_4};
    CHECK(accept_header(kAll, Escaping::Underscores) ==
          "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
          "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.5,"
          "application/openmetrics-text;version=0.0.1;q=0.4,"
          "text/plain;version=1.0.0;escaping=underscores;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1");
    for (size_t i = 0; i < kScrapeProtocolCount; ++i) {
      const auto protocol = static_cast<ScrapeProtocol>(i);
      CHECK(parse_scrape_protocol(scrape_protocol_name(protocol)) == protocol);
    }
    CHECK_FALSE(parse_scrape_protocol("OpenMetricsText"));
  }

  TEST_CASE("the Content-Type chooses the parser") {
    constexpr auto kNone = std::nullopt;
    CHECK(choose_parser("text/plain", kNone) == Parser::Text);
    CHECK(choose_parser("Text/Plain; version=9.9.9; charset=utf-8", kNone) == Parser::Text);
    CHECK(choose_parser("text/plain;", kNone) == Parser::Text);
    CHECK(choose_parser("application/openmetrics-text; version=1.0.0", kNone) == Parser::OpenMetrics);
    CHECK(choose_parser("application/openmetrics-text; version=\"0.0.1\"", kNone) == Parser::OpenMetrics);
    CHECK(choose_parser(std::string(kProtobuf) + "underscores", kNone) == Parser::Protobuf);
    for (const std::string_view bad :
         {"", "text/html", "application/json", "text/", "text/plain; =1", "text/plain; a",
          "text/plain; a=1; a=2", "text/plain x", "application/openmetrics-text; version=2.0.0"}) {
      CAPTURE(bad);
      CHECK_FALSE(choose_parser(bad, kNone));
      CHECK(choose_parser(bad, ScrapeProtocol::PrometheusText0_0_4) == Parser::Text);
      CHECK(choose_parser(bad, ScrapeProtocol::OpenMetricsText0_0_1) == Parser::OpenMetrics);
      CHECK(choose_parser(bad, ScrapeProtocol::PrometheusProto) == Parser::Protobuf);
    }
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
