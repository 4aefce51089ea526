#include "scraper/config/load.h"

#include <doctest/doctest.h>

#include "tests/unit/temporary_folder.h"

namespace sonde::config {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

Config good(std::string_view text) {
  auto config = parse_config(text, "t.yml");
  REQUIRE_MESSAGE(config.ok(), config.error().message());
  return *config;
}

std::string error_of(std::string_view text) {
  const auto config = parse_config(text, "t.yml");
  return config ? "accepted" : config.error().message();
}

// The first job of a configuration with this `global` line and these keys of the job.
ScrapeConfig job(const std::string& global, const std::string& keys) {
  return good((global.empty() ? "" : "global: {" + global + "}\n") + "scrape_configs:\n- job_name: j\n" +
              keys)
      .scrape_configs[0];
}

std::string job_error(const std::string& keys) {
  return error_of("scrape_configs:\n- job_name: j\n" + keys);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_SUITE("scraper/config/load") {
  TEST_CASE("an empty file is the default configuration") {
    const Config config = good("");
    CHECK(config.global.scrape.interval == 1min);
    CHECK(config.global.scrape.timeout == 10s);
    CHECK(config.global.evaluation_interval == 1min);
    CHECK(config.gogc == 75);
    CHECK(config.scrape_configs.empty());
    CHECK(config.unsupported.empty());
    CHECK(good("global:\n").global.scrape.interval == 1min);
  }

  TEST_CASE("a job has the reference's defaults") {
    const ScrapeConfig config = job("", "");
    CHECK(config.metrics_path == "/metrics");
    CHECK(config.scheme == "http");
    CHECK_FALSE(config.honor_labels);
    CHECK(config.honor_timestamps);
    CHECK_FALSE(config.track_timestamps_staleness);
    CHECK(config.enable_compression);
    CHECK(config.client.follow_redirects);
    CHECK(config.client.enable_http2);
    CHECK_FALSE(config.fallback_protocol);
    CHECK(config.scrape.protocols ==
          std::vector{ScrapeProtocol::OpenMetricsText1_0_0, ScrapeProtocol::OpenMetricsText0_0_1,
                      ScrapeProtocol::PrometheusText1_0_0, ScrapeProtocol::PrometheusText0_0_4});
  }

  TEST_CASE("interval and timeout follow each other") {
    CHECK(job("scrape_interval: 5s", "").scrape.timeout == 5s);
    CHECK(job("scrape_interval: 0s", "").scrape.interval == 1min);
    CHECK(job("scrape_interval: 15s, scrape_timeout: 15s", "  scrape_interval: 5s\n").scrape.timeout == 5s);
    CHECK(job("scrape_timeout: 1h, scrape_interval: 1h", "").scrape.timeout == 1h);
    CHECK(job("", "  scrape_interval: 50s\n  scrape_timeout: 5s\n").scrape.timeout == 5s);
    CHECK(contains(error_of("global: {scrape_interval: 1s, scrape_timeout: 2s}\n"),
                   "longer than scrape_interval"));
    CHECK(
        contains(job_error("  scrape_interval: 1s\n  scrape_timeout: 2s\n"), "longer than scrape_interval"));
  }

  TEST_CASE("limits come from global and zero does not lift them") {
    const std::string global =
        "body_size_limit: 15MB, sample_limit: 1, target_limit: 2, label_limit: 3, label_name_length_limit: "
        "4, "
        "label_value_length_limit: 5, keep_dropped_targets: 6";
    const ScrapeConfig inherited = job(global, "  sample_limit: 0\n  body_size_limit: 0\n");
    CHECK(inherited.scrape.limits == ScrapeLimits{15 << 20, 1, 2, 3, 4, 5});
    CHECK(inherited.scrape.dropped_targets_kept == 6);
    const ScrapeConfig own = job(global, "  sample_limit: 10\n  body_size_limit: 1KiB\n");
    CHECK(own.scrape.limits.samples == 10);
    CHECK(own.scrape.limits.body_size_bytes == 1024);
  }

  TEST_CASE("truths of global are inherited and false is an answer") {
    const std::string global =
        "scrape_native_histograms: true, convert_classic_histograms_to_nhcb: true, "
        "always_scrape_classic_histograms: true, extra_scrape_metrics: true";
    const ScrapeConfig inherited = job(global, "");
    CHECK(inherited.scrape.native_histograms);
    CHECK(inherited.scrape.extra_metrics);
    CHECK(inherited.scrape.protocols[0] == ScrapeProtocol::PrometheusProto);
    const ScrapeConfig own =
        job(global, "  scrape_native_histograms: false\n  extra_scrape_metrics: false\n");
    CHECK_FALSE(own.scrape.native_histograms);
    CHECK_FALSE(own.scrape.extra_metrics);
    CHECK(own.scrape.always_classic_histograms);
    CHECK(own.scrape.protocols[0] == ScrapeProtocol::OpenMetricsText1_0_0);
  }

  TEST_CASE("protocols are checked and the job's win") {
    CHECK(job("scrape_protocols: [PrometheusText0.0.4]", "").scrape.protocols ==
          std::vector{ScrapeProtocol::PrometheusText0_0_4});
    CHECK(job("scrape_protocols: [PrometheusText0.0.4]", "  scrape_protocols: [PrometheusProto]\n")
              .scrape.protocols == std::vector{ScrapeProtocol::PrometheusProto});
    CHECK(job("", "  fallback_scrape_protocol: PrometheusText0.0.4\n").fallback_protocol ==
          ScrapeProtocol::PrometheusText0_0_4);
    CHECK(contains(job_error("  scrape_protocols: []\n"), "must not be empty"));
    CHECK(contains(job_error("  scrape_protocols: [PrometheusProto, PrometheusProto]\n"), "twice"));
    CHECK(contains(job_error("  scrape_protocols: [prometheusproto]\n"), "one of PrometheusProto"));
    CHECK(contains(job_error("  fallback_scrape_protocol: x\n"), "one of PrometheusProto"));
  }

  TEST_CASE("names are escaped as the validation demands") {
    CHECK(job("metric_name_validation_scheme: legacy", "").scrape.name_escaping == NameEscaping::Underscores);
    CHECK(job("", "  metric_name_validation_scheme: legacy\n").scrape.name_escaping ==
          NameEscaping::Underscores);
    CHECK(job("metric_name_validation_scheme: legacy, metric_name_escaping_scheme: values",
              "  metric_name_validation_scheme: utf8\n  metric_name_escaping_scheme: dots\n")
              .scrape.name_escaping == NameEscaping::Dots);
    CHECK(job("metric_name_escaping_scheme: values", "").scrape.name_escaping == NameEscaping::Values);
    CHECK(contains(
        job_error("  metric_name_validation_scheme: legacy\n  metric_name_escaping_scheme: allow-utf-8\n"),
        "needs the metric_name_validation_scheme utf8"));
    CHECK(contains(
        job_error("  metric_name_validation_scheme: legacy\n  relabel_configs: [{target_label: a-b}]\n"),
        "no valid target_label"));
  }

  TEST_CASE("external labels take variables of the environment") {
    setenv("SONDE_TEST_VALUE", "v", 1);
    unsetenv("SONDE_TEST_ABSENT");
    const Config config = good(
        "global:\n  external_labels:\n    a: ${SONDE_TEST_VALUE}\n    b: x${SONDE_TEST_VALUE}y\n"
        "    c: $${SONDE_TEST_VALUE}\n    d: x$$y\n    e: $SONDE_TEST_VALUE.z\n    f: ${SONDE_TEST_ABSENT}\n"
        "    g: 'a$'\n    h: '$ x'\n");
    CHECK(config.global.external_labels == Labels{{"a", "v"},
                                                  {"b", "xvy"},
                                                  {"c", "${SONDE_TEST_VALUE}"},
                                                  {"d", "x$y"},
                                                  {"e", "v.z"},
                                                  {"g", "a$"},
                                                  {"h", "$ x"}});
    REQUIRE(config.warnings.size() == 1);
    CHECK(contains(config.warnings[0], "SONDE_TEST_ABSENT"));
    CHECK(contains(error_of("global: {external_labels: {'': x}}\n"), "no valid label name"));
    CHECK(contains(error_of("global: {metric_name_validation_scheme: legacy, external_labels: {a-b: x}}\n"),
                   "no valid label name"));
  }

  TEST_CASE("params and flags of a job are read") {
    const ScrapeConfig config =
        job("",
            "  params: {module: [a, b]}\n  honor_labels: true\n  honor_timestamps: false\n  scheme: https\n"
            "  metrics_path: /m\n  enable_compression: false\n  track_timestamps_staleness: true\n");
    CHECK(config.params.at("module") == std::vector<std::string>{"a", "b"});
    CHECK(config.honor_labels);
    CHECK_FALSE(config.honor_timestamps);
    CHECK(config.scheme == "https");
    CHECK(config.metrics_path == "/m");
    CHECK_FALSE(config.enable_compression);
    CHECK(config.track_timestamps_staleness);
  }

  TEST_CASE("errors say file and line and column and key") {
    CHECK(error_of("scrape_configs:\n- job_name: j\n  foo: 1\n") ==
          "t.yml: line 3, column 3: scrape_configs[0]: field foo not found in type scrape_config");
    CHECK(
        error_of("scrape_configs:\n- job_name: a\n- job_name: a\n") ==
        "t.yml: line 3, column 3: scrape_configs[1]: two scrape jobs are named \"a\"; the first is in t.yml");
    CHECK(error_of("scrape_configs:\n  -\n  - job_name: a\n") ==
          "t.yml: line 2, column 3: scrape_configs[0]: empty or null entry");
    CHECK(contains(error_of("rule_files: [a/*/b]\n"), "rule_files[0]: bad file pattern"));
    CHECK(contains(error_of("rule_files: ['a*b*']\n"), "bad file pattern"));
    CHECK(contains(job_error("  static_configs: [{targets: ['http://x']}]\n"), "is no host:port"));
    CHECK(contains(job_error("  relabel_configs: [{}]\n"), "needs a target_label"));
    CHECK(contains(job_error("  file_sd_configs: [{files: [a.txt]}]\n"), "must end in .json"));
    CHECK(contains(job_error("  file_sd_configs: [{}]\n"), "at least one file"));
  }

  TEST_CASE("rules of retention are read in their order and checked") {
    const auto config = parse_config(
        "storage: {retention: {rules: [{match: {a: 'x|y', b: z}, time: 2d}, {match: {c: d}, time: 0s}]}}\n",
        "t.yml");
    REQUIRE(config);
    REQUIRE(config->storage.retention_rules.size() == 2);
    const auto& first = config->storage.retention_rules[0];
    CHECK(first.time == std::chrono::hours(48));
    REQUIRE(first.matchers.size() == 2);
    CHECK(first.matchers[0].to_string() == "a=~\"x|y\"");
    CHECK(first.matchers[1].matches("z"));
    CHECK_FALSE(first.matchers[1].matches("zz"));
    CHECK(config->storage.retention_rules[1].time.count() == 0);
    const auto refused = [](std::string_view rule) {
      const auto bad =
          parse_config("storage:\n  retention:\n    rules:\n    - " + std::string(rule) + "\n", "t.yml");
      return bad ? std::string("accepted") : bad.error().message();
    };
    CHECK(contains(refused("{match: {a: '('}, time: 1d}"), "t.yml: line 4"));
    CHECK(contains(refused("{match: {a: b}}"), "a rule needs a time"));
    CHECK(contains(refused("{time: 1d}"), "a rule needs a label to match"));
    CHECK(contains(refused("{match: {a: b}, time: soon}"), "soon"));
    CHECK(contains(refused("{match: {a: b}, time: 1d, for: 2d}"), "for"));
  }

  TEST_CASE("what is valid but not built is named once") {
    const Config config = good(
        "rule_files: [a.yml]\nremote_write: [{url: http://x}]\nremote_read: [{url: http://x}]\n"
        "alerting: {alertmanagers: [{dns_sd_configs: [{names: [x]}]}]}\ntracing: {endpoint: x}\notlp: {}\n"
        "storage: {tsdb: {out_of_order_time_window: 1h}}\nruntime: {gogc: 50}\n"
        "scrape_configs:\n- job_name: j\n  http_sd_configs: [{url: http://x}, {url: http://y}]\n"
        "  oauth2: {client_id: a, token_url: http://x}\n");
    CHECK(config.unsupported == std::vector<std::string>{"scrape job \"j\": oauth2",
                                                         "scrape job \"j\": http_sd_configs", "runtime: gogc",
                                                         "alerting", "rule_files",
                                                         "storage: tsdb.out_of_order_time_window", "otlp",
                                                         "tracing", "remote_write", "remote_read"});
    CHECK(good("scrape_configs:\n- job_name: j\n  static_configs: [{targets: [a]}]\n  basic_auth: {username: "
               "x}\n")
              .unsupported.empty());
  }

  TEST_CASE("remote write has its defaults and limits") {
    const Config config = good("remote_write: [{url: 'http://x/push', queue_config: {capacity: 5}}]\n");
    CHECK(config.remote_write[0].queue.capacity == 5);
    CHECK(config.remote_write[0].queue.shards_max == 50);
    CHECK_FALSE(config.remote_write[0].client.enable_http2);
    CHECK(contains(error_of("remote_write: [{}]\n"), "url is missing"));
    CHECK(contains(error_of("remote_write: [{url: x, name: a}, {url: y, name: a}]\n"), "are named \"a\""));
    CHECK(contains(error_of("remote_write: [{url: x, headers: {Authorization: y}}]\n"),
                   "authorization header"));
    CHECK(contains(error_of("remote_write: [{url: x, basic_auth: {username: a}, sigv4: {}}]\n"),
                   "only one of"));
    CHECK(contains(error_of("remote_write: [{url: x, azuread: {}}]\n"), "exactly one of"));
  }

  TEST_CASE("paths are relative to the file that has them") {
    const TemporaryFolder folder;
    folder.write("jobs/b.yml",
                 "scrape_configs:\n- job_name: b\n  tls_config: {ca_file: ca.pem}\n"
                 "  file_sd_configs: [{files: ['t/*.yml']}]\n");
    const std::string path = folder.write("prometheus.yml",
                                          "global: {scrape_interval: 7s}\nrule_files: ['rules/*.yml', "
                                          "/abs.yml]\nscrape_config_files: ['jobs/*.yml']\n"
                                          "scrape_configs:\n- job_name: a\n  basic_auth: {password_file: "
                                          "pw}\n  file_sd_configs: [{files: [x.json]}]\n");
    const auto config = load_config_file(path, {});
    REQUIRE_MESSAGE(config.ok(), config.error().message());
    const std::string& root = folder.path();
    CHECK(config->rule_files == std::vector<std::string>{root + "/rules/*.yml", "/abs.yml"});
    REQUIRE(config->scrape_configs.size() == 2);
    CHECK(config->scrape_configs[0].client.basic_auth.password.file == root + "/pw");
    CHECK(config->scrape_configs[0].discovery.files[0].files[0] == root + "/x.json");
    CHECK(config->scrape_configs[1].client.tls.ca.file == root + "/jobs/ca.pem");
    CHECK(config->scrape_configs[1].discovery.files[0].files[0] == root + "/jobs/t/*.yml");
    CHECK(config->scrape_configs[1].imported_from == root + "/jobs/b.yml");
    CHECK(config->scrape_configs[1].scrape.interval == 7s);
    CHECK(load_config_file(path, {.syntax_only = true})->scrape_configs.size() == 1);
  }

  TEST_CASE("imported files have jobs alone and no job twice") {
    const TemporaryFolder folder;
    folder.write("jobs/b.yml", "scrape_configs:\n- job_name: a\n");
    const std::string path =
        folder.write("p.yml", "scrape_config_files: ['jobs/*.yml']\nscrape_configs:\n- job_name: a\n");
    CHECK(contains(load_config_file(path, {}).error().message(), "two scrape jobs are named \"a\""));
    folder.write("jobs/b.yml", "global: {}\n");
    CHECK(
        contains(load_config_file(path, {}).error().message(), "jobs/b.yml: line 1, column 1: field global"));
    CHECK(contains(load_config_file(folder.path() + "/none.yml", {}).error().message(), "none.yml"));
  }

  TEST_CASE("agent mode refuses what has no place there") {
    const TemporaryFolder folder;
    for (const char* text :
         {"rule_files: [a.yml]\n", "remote_read: [{url: x}]\n", "alerting: {alertmanagers: [{}]}\n"}) {
      CAPTURE(text);
      const std::string path = folder.write("p.yml", text);
      CHECK(load_config_file(path, {}).ok());
      CHECK(contains(load_config_file(path, {.agent = true}).error().message(), "not allowed in agent mode"));
    }
  }
}

}  // namespace
}  // namespace sonde::config
