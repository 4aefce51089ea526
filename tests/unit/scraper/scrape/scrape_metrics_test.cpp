#include "scraper/scrape/scrape_metrics.h"

#include <doctest/doctest.h>

#include <set>

TEST_SUITE("scrape/scrape_metrics") {
  TEST_CASE("the names that the reference's alerts use are there") {
    sonde::Registry registry;
    const sonde::scrape::ScrapeMetrics metrics(registry);
    const sonde::scrape::PoolMetrics pool(registry, "j");
    std::set<std::string> names;
    registry.visit([&names](const sonde::Registry::Family& family) { names.emplace(family.desc.name); });
    for (const char* name :
         {"prometheus_target_scrape_pool_exceeded_target_limit_total",
          "prometheus_target_scrape_pool_exceeded_label_limits_total",
          "prometheus_target_scrapes_exceeded_body_size_limit_total",
          "prometheus_target_scrapes_exceeded_sample_limit_total", "prometheus_target_sync_failed_total",
          "prometheus_target_scrapes_sample_duplicate_timestamp_total",
          "prometheus_target_scrapes_sample_out_of_order_total"}) {
      CAPTURE(name);
      CHECK(names.contains(name));
    }
  }
}
