#include <doctest/doctest.h>

#include "common/exporter/frame.h"

using namespace std::chrono_literals;
using sonde::exporter::deadline_of;
using sonde::exporter::expose;
using sonde::http::Request;

namespace {

class StandingClock final : public sonde::Clock {
 public:
  int64_t wall_ms() const override { return 0; }
  int64_t monotonic_ns() const override { return 1'000; }
};

int64_t deadline_ms(const char* header) {
  Request request;
  if (header != nullptr) request.headers.push_back({"X-Prometheus-Scrape-Timeout-Seconds", header});
  return (deadline_of(request, StandingClock(), 10s, 500ms) - 1'000) / 1'000'000;
}

}  // namespace

TEST_SUITE("exporter/expose") {
  TEST_CASE("the deadline is the scraper's timeout less the offset") {
    CHECK(deadline_ms("5") == 4500);
    CHECK(deadline_ms("1.5") == 1000);
  }

  TEST_CASE("a timeout that is missing or nonsense is replaced and one below the offset is kept whole") {
    CHECK(deadline_ms(nullptr) == 9500);
    for (const char* header : {"", "soon", "-1", "0", "NaN"}) CHECK(deadline_ms(header) == 9500);
    CHECK(deadline_ms("0.2") == 200);
    CHECK(deadline_ms("1e30") == 3'600'000 - 500);
  }

  TEST_CASE("a page goes out as text where nothing else is asked for") {
    const auto response = expose(Request{}, "# TYPE a gauge\na 1\n");
    CHECK(response.status == 200);
    CHECK(response.content_type.find("text/plain; version=0.0.4; charset=utf-8") == 0);
    CHECK(response.body == "# TYPE a gauge\na 1\n");
  }

  TEST_CASE("a page goes out as protobuf where that is preferred") {
    Request request;
    request.headers.push_back({"Accept",
                               "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                               "encoding=delimited;q=0.6,text/plain;version=0.0.4;q=0.5"});
    const auto response = expose(request, "# HELP a b\n# TYPE a gauge\na 1\n");
    CHECK(response.content_type.find("application/vnd.google.protobuf") == 0);
    // A MetricFamily of 20 bytes by hand: name "a", help "b", type gauge (1), one metric with a gauge of 1.0.
    CHECK(response.body == std::string("\x15\x0A\x01"
                                       "a\x12\x01"
                                       "b\x18\x01\x22\x0B\x12\x09\x09\0\0\0\0\0\0\xF0\x3F",
                                       22));
  }

}  // TEST_SUITE
