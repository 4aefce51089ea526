#include "scraper/config/writer.h"

#include <doctest/doctest.h>

#include "scraper/config/load.h"

namespace sonde::config {
namespace {

std::string shown(std::string_view text) {
  const auto config = parse_config(text, "t.yml");
  REQUIRE_MESSAGE(config.ok(), config.error().message());
  return write_config(*config);
}

constexpr std::string_view kEverything = R"(
global:
  scrape_interval: 15s
  external_labels: {a: b}
rule_files: [r.yml]
alerting:
  alert_relabel_configs: [{regex: x, action: labeldrop}]
  alertmanagers:
  - {path_prefix: /p, static_configs: [{targets: ['a:1']}]}
scrape_configs:
- job_name: "true"
  honor_labels: true
  params: {q: [a, 'b: c']}
  body_size_limit: 1536KiB
  basic_auth: {username: u, password: topsecret}
  consul_sd_configs: [{token: topsecret, tags: [x]}]
  kubernetes_sd_configs: [{role: pod, selectors: [{role: pod, label: a=b}], namespaces: {names: [n]}}]
  file_sd_configs: [{files: [x.json]}]
  static_configs: [{targets: ['h:1', '123'], labels: {k: 'yes'}}]
  relabel_configs: [{source_labels: [a, b], target_label: c, regex: '(.*)', replacement: ''}]
  metric_relabel_configs: [{source_labels: [a], modulus: 3, target_label: c, action: hashmod}]
storage: {tsdb: {retention: {time: 30d, size: 1GB}}, exemplars: {max_exemplars: 5},
          retention: {rules: [{match: {__name__: 'go_.*'}, time: 2d}, {match: {job: x}, time: 0s}]}}
tracing: {endpoint: 'x:1', sampling_fraction: 0.5}
remote_write:
- url: http://u:topsecret@x/push
  sigv4: {region: r, secret_key: topsecret}
remote_read: [{url: http://x, required_matchers: {a: b}}]
otlp: {promote_resource_attributes: [a.b]}
)";

TEST_SUITE("scraper/config/writer") {
  TEST_CASE("a small job is shown with all its defaults") {
    CHECK(shown("scrape_configs:\n- job_name: j\n  static_configs:\n  - targets: ['h:1']\n") ==
          R"(global:
  scrape_interval: 1m
  scrape_timeout: 10s
  evaluation_interval: 1m
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  scrape_native_histograms: false
runtime:
  gogc: 75
scrape_configs:
- job_name: j
  honor_timestamps: true
  track_timestamps_staleness: false
  scrape_interval: 1m
  scrape_timeout: 10s
  scrape_protocols:
  - OpenMetricsText1.0.0
  - OpenMetricsText0.0.1
  - PrometheusText1.0.0
  - PrometheusText0.0.4
  scrape_native_histograms: false
  always_scrape_classic_histograms: false
  convert_classic_histograms_to_nhcb: false
  metrics_path: /metrics
  scheme: http
  enable_compression: true
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  extra_scrape_metrics: false
  follow_redirects: true
  enable_http2: true
  static_configs:
  - targets:
    - h:1
otlp:
  translation_strategy: UnderscoreEscapingWithSuffixes
  label_name_underscore_sanitization: true
  label_name_preserve_multiple_underscores: true
)");
  }

  TEST_CASE("no secret is shown") {
    const std::string text = shown(kEverything);
    CHECK(text.find("topsecret") == std::string::npos);
    CHECK(text.find("password: <secret>") != std::string::npos);
    CHECK(text.find("token: <secret>") != std::string::npos);
    CHECK(text.find("secret_key: <secret>") != std::string::npos);
    CHECK(text.find("http://u:xxxxx@x/push") != std::string::npos);
  }

  TEST_CASE("what is shown reads back as the same configuration") {
    const std::string text = shown(kEverything);
    CHECK(shown(text) == text);
    CHECK(text.find("- job_name: \"true\"") != std::string::npos);
    CHECK(text.find("source_labels: [a, b]") != std::string::npos);
    CHECK(text.find("body_size_limit: 1MiB512KiB") != std::string::npos);
    CHECK(text.find("time: 30d") != std::string::npos);
  }
}

}  // namespace
}  // namespace sonde::config
