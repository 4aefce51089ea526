#include <doctest/doctest.h>

#include "scraper/api/host.h"
#include "tests/unit/scraper/api/fixture.h"

namespace sonde::api {
namespace {

void fill(Fixture& f) {
  f.targets.active = {{.discovered_labels = Labels{{"__address__", "127.0.0.1:9100"}},
                       .labels = Labels{{"job", "node"}, {"instance", "127.0.0.1:9100"}},
                       .scrape_pool = "node",
                       .scrape_url = "http://127.0.0.1:9100/metrics",
                       .last_error = "refused",
                       .last_scrape_ms = 1500,
                       .last_scrape_duration_seconds = 0.25,
                       .health = scrape::TargetHealth::Down,
                       .scrape_interval = std::chrono::seconds(15),
                       .scrape_timeout = std::chrono::seconds(10)}};
  f.targets.dropped = {{.discovered_labels = Labels{{"__address__", "x:1"}}, .scrape_pool = "node"}};
  f.targets.about = {
      {.labels = Labels{{"job", "node"}},
       .families = {{.metric = "a", .help = "A.", .unit = "", .type = MetricType::Counter},
                    {.metric = "b", .help = "", .unit = "s", .type = MetricType::Untyped}}},
      {.labels = Labels{{"job", "other"}},
       .families = {{.metric = "a", .help = "Other.", .unit = "", .type = MetricType::Counter}}}};
}

}  // namespace

TEST_SUITE("api/target_handlers") {
  TEST_CASE("a target has the reference's keys in its order") {
    Fixture f;
    fill(f);
    CHECK(data_of(f.ask(targets, {})) ==
          R"({"activeTargets":[{"discoveredLabels":{"__address__":"127.0.0.1:9100"},)"
          R"("labels":{"instance":"127.0.0.1:9100","job":"node"},"scrapePool":"node",)"
          R"("scrapeUrl":"http://127.0.0.1:9100/metrics","globalUrl":"http://)" +
              host_name() +
              R"(:9100/metrics","lastError":"refused",)"
              R"("lastScrape":"1970-01-01T00:00:01.500Z","lastScrapeDuration":0.25,"health":"down",)"
              R"("scrapeInterval":"15s","scrapeTimeout":"10s"}],)"
              R"("droppedTargets":[{"discoveredLabels":{"__address__":"x:1"},"scrapePool":"node"}],)"
              R"("droppedTargetCounts":{"node":1}})");
  }

  TEST_CASE("state and pool choose what is shown") {
    Fixture f;
    fill(f);
    CHECK(data_of(f.ask(targets, {{"state", "dropped"}}))
              .starts_with(R"({"activeTargets":[],"droppedTargets":[{)"));
    CHECK(data_of(f.ask(targets, {{"state", "ACTIVE"}})).find(R"("droppedTargets":[])") != std::string::npos);
    CHECK(data_of(f.ask(targets, {{"state", "foo"}}))
              .starts_with(R"({"activeTargets":[],"droppedTargets":[],)"));
    CHECK(data_of(f.ask(targets, {{"scrapePool", "other"}})).starts_with(R"({"activeTargets":[],)"));
  }

  TEST_CASE("a target that was never scraped shows the zero time") {
    Fixture f;
    fill(f);
    f.targets.active[0].last_scrape_ms = 0;
    CHECK(f.ask(targets, {}).body.find(R"("lastScrape":"0001-01-01T00:00:00Z")") != std::string::npos);
  }

  TEST_CASE("metadata is merged by metric and limited") {
    Fixture f;
    fill(f);
    CHECK(data_of(f.ask(metadata, {})) ==
          R"({"a":[{"type":"counter","help":"A.","unit":""},{"type":"counter","help":"Other.","unit":""}],)"
          R"("b":[{"type":"unknown","help":"","unit":"s"}]})");
    CHECK(data_of(f.ask(metadata, {{"metric", "b"}})) ==
          R"({"b":[{"type":"unknown","help":"","unit":"s"}]})");
    CHECK(data_of(f.ask(metadata, {{"limit", "1"}, {"limit_per_metric", "1"}})) ==
          R"({"a":[{"type":"counter","help":"A.","unit":""}]})");
    CHECK(data_of(f.ask(metadata, {{"metric", "nope"}})) == "{}");
    CHECK(f.ask(metadata, {{"limit", "x"}}).body ==
          R"({"status":"error","errorType":"bad_data","error":"limit must be a number"})");
  }

  TEST_CASE("metadata of targets names the metric unless one was asked for") {
    Fixture f;
    fill(f);
    CHECK(data_of(f.ask(targets_metadata, {{"match_target", R"({job="other"})"}})) ==
          R"([{"target":{"job":"other"},"metric":"a","type":"counter","help":"Other.","unit":""}])");
    CHECK(data_of(f.ask(targets_metadata, {{"metric", "b"}})) ==
          R"([{"target":{"job":"node"},"type":"unknown","help":"","unit":"s"}])");
    CHECK(data_of(f.ask(targets_metadata, {{"metric", "nope"}})) == "[]");
    CHECK(f.ask(targets_metadata, {{"match_target", "{"}}).status == 400);
  }

  TEST_CASE("scrape pools are listed by name") {
    Fixture f;
    CHECK(data_of(f.ask(scrape_pools, {})) == R"({"scrapePools":["node"]})");
  }
}

}  // namespace sonde::api
