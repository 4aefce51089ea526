#include <doctest/doctest.h>

#include "scraper/config/load.h"
#include "scraper/discovery/target.h"

namespace sonde::discovery {
namespace {

config::ScrapeConfig job(std::string_view keys) {
  auto parsed = config::parse_config("scrape_configs:\n- job_name: j\n" + std::string(keys), "t.yml");
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message());
  return parsed->scrape_configs[0];
}

ResolvedTargets resolve(std::string_view keys, Labels target, Labels group = {}) {
  const config::TargetGroup one{{std::move(target)}, std::move(group), "0"};
  return resolve_targets(job(keys), std::span(&one, 1));
}

Target active(std::string_view keys, Labels target, Labels group = {}) {
  auto resolved = resolve(keys, std::move(target), std::move(group));
  REQUIRE_MESSAGE(resolved.active.size() == 1,
                  (resolved.failures.empty() ? "dropped" : resolved.failures[0]));
  return resolved.active[0];
}

std::string failure(std::string_view keys, Labels target) {
  const auto resolved = resolve(keys, std::move(target));
  return resolved.failures.empty() ? "no failure" : resolved.failures[0];
}

TEST_SUITE("scraper/discovery/target") {
  TEST_CASE("a plain target gets job and instance and the default URL") {
    const Target target = active("", {{"__address__", "h:1"}});
    CHECK(target.labels == Labels{{"job", "j"}, {"instance", "h:1"}});
    CHECK(target.url == "http://h:1/metrics");
    CHECK(target.interval == std::chrono::minutes(1));
    CHECK(target.timeout == std::chrono::seconds(10));
    CHECK(target.unix_socket.empty());
  }

  TEST_CASE("discovered labels are the target's own then the group's then the job's") {
    const auto config =
        job("  scrape_interval: 90s\n  metrics_path: /m\n  scheme: https\n  params: {a: [x, y], b: []}\n");
    const Labels labels = discovered_labels(config, {{"__address__", "h:1"}, {"k", "own"}},
                                            {{"k", "group"}, {"g", "group"}, {"job", "mine"}});
    CHECK(labels == Labels{{"__address__", "h:1"},
                           {"__always_scrape_classic_histograms__", "false"},
                           {"__convert_classic_histograms_to_nhcb__", "false"},
                           {"__metrics_path__", "/m"},
                           {"__param_a", "x"},
                           {"__scheme__", "https"},
                           {"__scrape_interval__", "1m30s"},
                           {"__scrape_native_histograms__", "false"},
                           {"__scrape_timeout__", "10s"},
                           {"g", "group"},
                           {"job", "mine"},
                           {"k", "own"}});
  }

  TEST_CASE("rules see and change every internal label") {
    const Target target = active(
        "  params: {module: [a, b], x: ['1 2&']}\n"
        "  relabel_configs:\n"
        "  - {source_labels: [__address__], target_label: __param_target}\n"
        "  - {source_labels: [__param_target], target_label: instance}\n"
        "  - {target_label: __address__, replacement: 'prober:9115'}\n"
        "  - {target_label: __metrics_path__, replacement: /probe}\n"
        "  - {target_label: __scheme__, replacement: https}\n"
        "  - {target_label: __scrape_interval__, replacement: 30s}\n"
        "  - {target_label: __scrape_timeout__, replacement: 5s}\n"
        "  - {target_label: __param_module, replacement: c}\n"
        "  - {target_label: __unix_socket__, replacement: /run/x.sock}\n"
        "  - {target_label: __scrape_native_histograms__, replacement: T}\n"
        "  - {source_labels: [__meta_k], target_label: k}\n",
        {{"__address__", "http://site/a?b"}, {"__meta_k", "v"}});
    CHECK(target.url ==
          "https://prober:9115/probe?module=c&module=b&target=http%3A%2F%2Fsite%2Fa%3Fb&x=1+2%26");
    CHECK(target.labels == Labels{{"instance", "http://site/a?b"}, {"job", "j"}, {"k", "v"}});
    CHECK(target.interval == std::chrono::seconds(30));
    CHECK(target.timeout == std::chrono::seconds(5));
    CHECK(target.unix_socket == "/run/x.sock");
    CHECK(target.native_histograms);
  }

  TEST_CASE("a dropped target is remembered with its discovered labels up to the limit") {
    const std::vector<config::TargetGroup> groups{
        {{Labels{{"__address__", "a:1"}}, Labels{{"__address__", "b:1"}}, Labels{{"__address__", "c:1"}}},
         {},
         "0"}};
    const std::string rule =
        "  relabel_configs: [{source_labels: [__address__], regex: 'c.*', action: keep}]\n";
    const auto all = resolve_targets(job(rule), groups);
    CHECK(all.active.size() == 1);
    CHECK(all.dropped_count == 2);
    REQUIRE(all.dropped.size() == 2);
    CHECK(all.dropped[0].get("__address__") == "a:1");
    CHECK(all.dropped[0].get("job") == "j");
    const auto limited = resolve_targets(job(rule + "  keep_dropped_targets: 1\n"), groups);
    CHECK(limited.dropped_count == 2);
    CHECK(limited.dropped.size() == 1);
  }

  TEST_CASE("targets of the same labels and URL are one") {
    const std::vector<config::TargetGroup> groups{{{Labels{{"__address__", "a:1"}}}, {}, "0"},
                                                  {{Labels{{"__address__", "a:1"}}}, {}, "1"},
                                                  {{Labels{{"__address__", "a:1"}}}, {{"x", "y"}}, "2"}};
    CHECK(resolve_targets(job(""), groups).active.size() == 2);
  }

  TEST_CASE("what cannot be scraped says why") {
    const Labels good{{"__address__", "h:1"}};
    const auto rule = [](std::string label, std::string value) {
      return "  relabel_configs: [{target_label: " + label + ", replacement: '" + value + "'}]\n";
    };
    CHECK(failure("", {}).find("no address") != std::string::npos);
    CHECK(failure("  relabel_configs: [{target_label: x, replacement: y}]\n", {{"__address__", "http://h"}})
              .find("no valid host and port") != std::string::npos);
    CHECK(failure(rule("__scrape_interval__", "x"), good).find("scrape interval") != std::string::npos);
    CHECK(failure(rule("__scrape_interval__", "0s"), good).find("cannot be 0") != std::string::npos);
    CHECK(failure(rule("__scrape_timeout__", "0"), good).find("cannot be 0") != std::string::npos);
    CHECK(failure(rule("__scrape_timeout__", "2m"), good).find("longer than the scrape interval") !=
          std::string::npos);
    CHECK(failure(rule("__convert_classic_histograms_to_nhcb__", "maybe"), good).find("true or false") !=
          std::string::npos);
    CHECK(failure("", {{"__address__", "h:1"}, {"bad", "\xff"}}).find("not UTF-8") != std::string::npos);
  }

  TEST_CASE("the hash names a target by all its labels and its URL") {
    const Target one = active("", {{"__address__", "h:1"}});
    CHECK(one.hash == active("", {{"__address__", "h:1"}}).hash);
    CHECK(one.hash != active("  metrics_path: /other\n", {{"__address__", "h:1"}}).hash);
    CHECK(one.hash != active("", {{"__address__", "h:2"}}).hash);
    CHECK(one.hash == active("", {{"__address__", "h:1"}, {"__meta_x", "1"}}).hash);
  }
}

}  // namespace
}  // namespace sonde::discovery
