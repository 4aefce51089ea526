#include "exporters/pushgateway/push_stats.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::pushgateway {

TEST_SUITE("pushgateway/push_stats") {
  TEST_CASE("quantiles are those of the last observations of ten minutes") {
    RollingSummary summary;
    std::array<double, RollingSummary::kWindow> values;
    CHECK(summary.window(0, values) == 0);
    for (int i = 0; i < 600; ++i) summary.observe(i, i);
    CHECK(summary.count() == 600);
    CHECK(summary.sum() == 600 * 599 / 2);
    CHECK(summary.window(600, values) == RollingSummary::kWindow);
    CHECK(values[0] == 600 - RollingSummary::kWindow);
    CHECK(summary.window(RollingSummary::kAgeMaxNs + 599, values) == 1);
    CHECK(summary.window(RollingSummary::kAgeMaxNs + 600, values) == 0);
  }

  TEST_CASE("families are written as the reference writes them") {
    PushStats stats;
    std::string out;
    stats.append(out, 0);
    CHECK(out.empty());
    for (int i = 1; i <= 10; ++i) stats.observe("PUT", i, i * 100, 0);
    stats.count({"push", "PUT", 200});
    stats.count({"push", "PUT", 200});
    stats.append(out, 0);
    CHECK(
        out ==
        "# HELP pushgateway_http_push_duration_seconds HTTP request duration for pushes to the Pushgateway.\n"
        "# TYPE pushgateway_http_push_duration_seconds summary\n"
        "pushgateway_http_push_duration_seconds{method=\"put\",quantile=\"0.1\"} 1\n"
        "pushgateway_http_push_duration_seconds{method=\"put\",quantile=\"0.5\"} 5\n"
        "pushgateway_http_push_duration_seconds{method=\"put\",quantile=\"0.9\"} 9\n"
        "pushgateway_http_push_duration_seconds_sum{method=\"put\"} 55\n"
        "pushgateway_http_push_duration_seconds_count{method=\"put\"} 10\n"
        "# HELP pushgateway_http_push_size_bytes HTTP request size for pushes to the Pushgateway.\n"
        "# TYPE pushgateway_http_push_size_bytes summary\n"
        "pushgateway_http_push_size_bytes{method=\"put\",quantile=\"0.1\"} 100\n"
        "pushgateway_http_push_size_bytes{method=\"put\",quantile=\"0.5\"} 500\n"
        "pushgateway_http_push_size_bytes{method=\"put\",quantile=\"0.9\"} 900\n"
        "pushgateway_http_push_size_bytes_sum{method=\"put\"} 5500\n"
        "pushgateway_http_push_size_bytes_count{method=\"put\"} 10\n"
        "# HELP pushgateway_http_requests_total Total HTTP requests processed by the Pushgateway, excluding "
        "scrapes.\n"
        "# TYPE pushgateway_http_requests_total counter\n"
        "pushgateway_http_requests_total{code=\"200\",handler=\"push\",method=\"put\"} 2\n");
  }
}

}  // namespace sonde::pushgateway
