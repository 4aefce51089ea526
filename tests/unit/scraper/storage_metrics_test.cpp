#include "scraper/storage_metrics.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::scraper {

TEST_SUITE("scraper/storage_metrics") {
  TEST_CASE("the database's counters stand under the reference's names") {
    exposition::MetricSink sink;
    append_storage_metrics(sink,
                           {.samples_appended = 1'000'000,
                            .head_series = 7,
                            .head_time_max_ms = 1500,
                            .blocks = 2,
                            .blocks_bytes = 4096},
                           {.time_ms = 86'400'000, .bytes = 0});
    std::string page;
    const exposition::MetricSink* const sinks[] = {&sink};
    exposition::join_text(sinks, page);
    const auto has = [&](std::string_view line) {
      return page.find("\n" + std::string(line) + "\n") != std::string::npos;
    };
    CHECK(has("prometheus_tsdb_head_series 7"));
    CHECK(has("prometheus_tsdb_head_samples_appended_total{type=\"float\"} 1e+06"));
    CHECK(has("prometheus_tsdb_head_max_time 1500"));
    CHECK(has("prometheus_tsdb_head_max_time_seconds 1.5"));
    CHECK(has("prometheus_tsdb_blocks_loaded 2"));
    CHECK(has("prometheus_tsdb_storage_blocks_bytes 4096"));
    CHECK(has("prometheus_tsdb_retention_limit_seconds 86400"));
    CHECK(has("# TYPE prometheus_tsdb_wal_corruptions_total counter"));
  }
}

}  // namespace sonde::scraper
