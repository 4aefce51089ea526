#include "scraper/scrape/pool_context.h"

#include <doctest/doctest.h>

namespace config = sonde::config;
namespace scrape = sonde::scrape;

TEST_SUITE("scrape/pool_context") {
  TEST_CASE("the Accept header follows the protocols in their order") {
    config::ScrapeConfig job;
    job.scrape.protocols = {config::ScrapeProtocol::PrometheusText0_0_4,
                            config::ScrapeProtocol::OpenMetricsText0_0_1};
    job.enable_compression = false;
    const scrape::PoolContext pool(job, false);
    REQUIRE(pool.headers.size() == 3);
    CHECK(pool.headers[0].value ==
          "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,*/*;q=0.4");
    CHECK(pool.headers[2].name == "Accept-Encoding");
    CHECK(pool.headers[2].value == "identity");
    CHECK(pool.report_count == 5);
    CHECK(scrape::PoolContext(job, true).report_count == 8);
  }

  TEST_CASE("what changes a scrape tells configurations apart and discovery does not") {
    const config::ScrapeConfig job;
    config::ScrapeConfig other = job;
    CHECK(scrape::scrapes_alike(job, other));
    other.relabel_rules.push_back(
        *config::RelabelRule::make({.target_label = "a"}, config::NameValidation::Utf8));
    CHECK(scrape::scrapes_alike(job, other));
    const auto differs = [&](auto change) {
      config::ScrapeConfig changed = job;
      change(changed);
      return !scrape::scrapes_alike(job, changed);
    };
    CHECK(differs([](auto& c) { c.honor_labels = true; }));
    CHECK(differs([](auto& c) { c.scrape.limits.samples = 1; }));
    CHECK(differs([](auto& c) { c.client.basic_auth.username.text = "u"; }));
    CHECK(differs([](auto& c) { c.fallback_protocol = config::ScrapeProtocol::PrometheusText0_0_4; }));
    CHECK(differs([](auto& c) {
      c.metric_relabel_rules.push_back(
          *config::RelabelRule::make({.target_label = "a"}, config::NameValidation::Utf8));
    }));
  }
}
