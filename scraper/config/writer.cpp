#include "scraper/config/writer.h"

#include <map>
#include <utility>

#include "common/core/duration.h"
#include "common/core/size.h"
#include "common/http_client/client_config_yaml.h"
#include "common/yaml/writer.h"

namespace sonde::config {
namespace {

using yaml::Node;
using yaml::put;
using yaml::put_unless_empty;

void put_duration(Node& map, std::string_view key, std::chrono::milliseconds value) {
  if (value.count() != 0) put(map, key, yaml::make_text(write_duration(value)));
}
void put_size(Node& map, std::string_view key, uint64_t size_bytes) {
  if (size_bytes != 0) put(map, key, yaml::make_text(write_size_bytes(size_bytes)));
}
void put_count(Node& map, std::string_view key, uint64_t value) {
  if (value != 0) put(map, key, yaml::make_unsigned(value));
}
void put_number(Node& map, std::string_view key, double value) {
  if (value != 0) put(map, key, yaml::make_number(value));
}
void put_truth(Node& map, std::string_view key, bool value) {
  if (value) put(map, key, yaml::make_boolean(true));
}
void put_text(Node& map, std::string_view key, std::string_view text) {
  put_unless_empty(map, key, yaml::make_text(text));
}

Node make_labels(const Labels& labels) {
  Node map = yaml::make_map();
  for (const Label& label : labels) put(map, label.name, yaml::make_text(label.value));
  return map;
}

Node make_protocols(const std::vector<ScrapeProtocol>& protocols) {
  Node list = yaml::make_list();
  for (const ScrapeProtocol protocol : protocols) list.items.push_back(yaml::make_text(name_of(protocol)));
  return list;
}

Node to_node(const RelabelRule& rule) {
  const RelabelSpec& spec = rule.spec();
  Node map = yaml::make_map();
  Node source = yaml::make_list(spec.source_labels);
  source.flow = true;
  put_unless_empty(map, "source_labels", std::move(source));
  put(map, "separator", yaml::make_text(spec.separator));
  if (spec.regex) put(map, "regex", yaml::make_text(*spec.regex));
  put_count(map, "modulus", spec.modulus);
  put_text(map, "target_label", spec.target_label);
  put(map, "replacement", yaml::make_text(spec.replacement));
  put(map, "action", yaml::make_text(name_of(spec.action)));
  return map;
}

Node to_node(const TargetGroup& group) {
  Node map = yaml::make_map();
  Node targets = yaml::make_list();
  for (const Labels& target : group.targets)
    targets.items.push_back(yaml::make_text(target.get("__address__")));
  put(map, "targets", std::move(targets));
  put_unless_empty(map, "labels", make_labels(group.labels));
  return map;
}

Node to_node(const FileDiscoveryConfig& config) {
  Node map = yaml::make_map();
  put(map, "files", yaml::make_list(config.files));
  put_duration(map, "refresh_interval", config.refresh_interval);
  return map;
}

Node to_node(const AlertmanagerConfig& config);
Node to_node(const RemoteReadConfig& config);
Node to_node(const RemoteWriteConfig& config);

template <class Item>
void put_all(Node& map, std::string_view key, const std::vector<Item>& items) {
  Node list = yaml::make_list();
  for (const Item& item : items) list.items.push_back(to_node(item));
  put_unless_empty(map, key, std::move(list));
}

void put_discovery(Node& map, const DiscoveryConfig& config) {
  std::map<std::string, Node> lists;  // by key, which is their order
  for (const FileDiscoveryConfig& file : config.files)
    lists["file_sd_configs"].items.push_back(to_node(file));
  for (const OtherDiscoveryConfig& other : config.others) lists[other.key].items.push_back(other.node);
  for (auto& [key, list] : lists) {
    list.kind = yaml::NodeKind::List;
    put(map, key, std::move(list));
  }
  put_all(map, "static_configs", config.static_groups);
}

void put_limits(Node& map, const ScrapeLimits& limits) {
  put_size(map, "body_size_limit", limits.body_size_bytes);
  put_count(map, "sample_limit", limits.samples);
  put_count(map, "target_limit", limits.targets);
  put_count(map, "label_limit", limits.labels);
  put_count(map, "label_name_length_limit", limits.label_name_bytes);
  put_count(map, "label_value_length_limit", limits.label_value_bytes);
}

void put_names(Node& map, const ScrapeDefaults& scrape) {
  put(map, "metric_name_validation_scheme", yaml::make_text(name_of(scrape.name_validation)));
  put(map, "metric_name_escaping_scheme", yaml::make_text(name_of(scrape.name_escaping)));
}

Node to_node(const GlobalConfig& config) {
  Node map = yaml::make_map();
  const ScrapeDefaults& scrape = config.scrape;
  put_duration(map, "scrape_interval", scrape.interval);
  put_duration(map, "scrape_timeout", scrape.timeout);
  put_unless_empty(map, "scrape_protocols", make_protocols(scrape.protocols));
  put_duration(map, "evaluation_interval", config.evaluation_interval);
  put_duration(map, "rule_query_offset", config.rule_query_offset);
  put_text(map, "query_log_file", config.query_log_file);
  put_text(map, "scrape_failure_log_file", scrape.failure_log_file);
  put_unless_empty(map, "external_labels", make_labels(config.external_labels));
  put_limits(map, scrape.limits);
  put_count(map, "keep_dropped_targets", scrape.dropped_targets_kept);
  put_names(map, scrape);
  put(map, "scrape_native_histograms", yaml::make_boolean(scrape.native_histograms));
  put_truth(map, "convert_classic_histograms_to_nhcb", scrape.convert_classic_histograms);
  put_truth(map, "always_scrape_classic_histograms", scrape.always_classic_histograms);
  put_truth(map, "extra_scrape_metrics", scrape.extra_metrics);
  return map;
}

Node make_params(const std::map<std::string, std::vector<std::string>>& params) {
  Node map = yaml::make_map();
  for (const auto& [name, values] : params) put(map, name, yaml::make_list(values));
  return map;
}

Node to_node(const ScrapeConfig& config) {
  Node map = yaml::make_map();
  const ScrapeDefaults& scrape = config.scrape;
  put(map, "job_name", yaml::make_text(config.job_name));
  put_truth(map, "honor_labels", config.honor_labels);
  put(map, "honor_timestamps", yaml::make_boolean(config.honor_timestamps));
  put(map, "track_timestamps_staleness", yaml::make_boolean(config.track_timestamps_staleness));
  put_unless_empty(map, "params", make_params(config.params));
  put_duration(map, "scrape_interval", scrape.interval);
  put_duration(map, "scrape_timeout", scrape.timeout);
  put(map, "scrape_protocols", make_protocols(scrape.protocols));
  if (config.fallback_protocol) {
    put(map, "fallback_scrape_protocol", yaml::make_text(name_of(*config.fallback_protocol)));
  }
  put(map, "scrape_native_histograms", yaml::make_boolean(scrape.native_histograms));
  put(map, "always_scrape_classic_histograms", yaml::make_boolean(scrape.always_classic_histograms));
  put(map, "convert_classic_histograms_to_nhcb", yaml::make_boolean(scrape.convert_classic_histograms));
  put_text(map, "scrape_failure_log_file", scrape.failure_log_file);
  put_text(map, "metrics_path", config.metrics_path);
  put_text(map, "scheme", config.scheme);
  put(map, "enable_compression", yaml::make_boolean(config.enable_compression));
  put_limits(map, scrape.limits);
  put_count(map, "native_histogram_bucket_limit", config.native_histogram_bucket_limit);
  put_number(map, "native_histogram_min_bucket_factor", config.native_histogram_min_bucket_factor);
  put_count(map, "keep_dropped_targets", scrape.dropped_targets_kept);
  put_names(map, scrape);
  put(map, "extra_scrape_metrics", yaml::make_boolean(scrape.extra_metrics));
  http::put_client_config(map, config.client);
  put_all(map, "relabel_configs", config.relabel_rules);
  put_all(map, "metric_relabel_configs", config.metric_relabel_rules);
  put_discovery(map, config.discovery);
  return map;
}

void put_cloud_auth(Node& map, const CloudAuth& auth) {
  if (!auth.key.empty()) put(map, auth.key, auth.node);
}

Node to_node(const AlertmanagerConfig& config) {
  Node map = yaml::make_map();
  http::put_client_config(map, config.client);
  put_cloud_auth(map, config.cloud_auth);
  put_text(map, "scheme", config.scheme);
  put_text(map, "path_prefix", config.path_prefix);
  put_duration(map, "timeout", config.timeout);
  put(map, "api_version", yaml::make_text(config.api_version));
  put_all(map, "relabel_configs", config.relabel_rules);
  put_all(map, "alert_relabel_configs", config.alert_relabel_rules);
  put_discovery(map, config.discovery);
  return map;
}

Node to_node(const QueueConfig& config) {
  Node map = yaml::make_map();
  put(map, "capacity", yaml::make_integer(config.capacity));
  put(map, "max_shards", yaml::make_integer(config.shards_max));
  put(map, "min_shards", yaml::make_integer(config.shards_min));
  put(map, "max_samples_per_send", yaml::make_integer(config.samples_per_send_max));
  put_duration(map, "batch_send_deadline", config.batch_send_deadline);
  put_duration(map, "min_backoff", config.backoff_min);
  put_duration(map, "max_backoff", config.backoff_max);
  put_truth(map, "retry_on_http_429", config.retry_on_http_429);
  put_duration(map, "sample_age_limit", config.sample_age_limit);
  return map;
}

Node to_node(const MetadataConfig& config) {
  Node map = yaml::make_map();
  put(map, "send", yaml::make_boolean(config.send));
  put(map, "send_interval", yaml::make_text(write_duration(config.send_interval)));
  put(map, "max_samples_per_send", yaml::make_integer(config.samples_per_send_max));
  return map;
}

Node to_node(const RemoteWriteConfig& config) {
  Node map = yaml::make_map();
  put(map, "url", yaml::make_text(http::hide_password(config.url)));
  put_duration(map, "remote_timeout", config.remote_timeout);
  put_unless_empty(map, "headers", yaml::make_map(config.headers));
  put_all(map, "write_relabel_configs", config.write_relabel_rules);
  put_text(map, "name", config.name);
  put_truth(map, "send_exemplars", config.send_exemplars);
  put_truth(map, "send_native_histograms", config.send_native_histograms);
  put_truth(map, "round_robin_dns", config.round_robin_dns);
  put_truth(map, "failed_request_logging", config.failed_request_logging);
  put(map, "protobuf_message", yaml::make_text(config.protobuf_message));
  http::put_client_config(map, config.client);
  put(map, "queue_config", to_node(config.queue));
  put(map, "metadata_config", to_node(config.metadata));
  put_cloud_auth(map, config.cloud_auth);
  return map;
}

Node to_node(const RemoteReadConfig& config) {
  Node map = yaml::make_map();
  put(map, "url", yaml::make_text(http::hide_password(config.url)));
  put_duration(map, "remote_timeout", config.remote_timeout);
  put_count(map, "chunked_read_limit", config.chunked_read_limit_bytes);
  put_unless_empty(map, "headers", yaml::make_map(config.headers));
  put_truth(map, "read_recent", config.read_recent);
  put_text(map, "name", config.name);
  http::put_client_config(map, config.client);
  put_unless_empty(map, "required_matchers", yaml::make_map(config.required_matchers));
  put(map, "filter_external_labels", yaml::make_boolean(config.filter_external_labels));
  return map;
}

Node to_node(const StorageConfig& config) {
  Node map = yaml::make_map();
  if (config.has_tsdb) {
    Node tsdb = yaml::make_map();
    put_duration(tsdb, "out_of_order_time_window", config.out_of_order_window);
    put_number(tsdb, "stale_series_compaction_threshold", config.stale_series_compaction_threshold);
    Node encoding = yaml::make_map();
    put_text(encoding, "floats", config.float_encoding);
    put_unless_empty(tsdb, "chunk_encoding", std::move(encoding));
    Node retention = yaml::make_map();
    put_duration(retention, "time", config.retention_time);
    put_size(retention, "size", config.retention_size_bytes);
    put_number(retention, "percentage", config.retention_percentage);
    if (config.has_retention) put(tsdb, "retention", std::move(retention));
    put(map, "tsdb", std::move(tsdb));
  }
  if (config.has_exemplars) {
    Node exemplars = yaml::make_map();
    put(exemplars, "max_exemplars", yaml::make_integer(config.exemplars_max));
    put(map, "exemplars", std::move(exemplars));
  }
  Node rules = yaml::make_list();
  for (const StorageConfig::RetentionRule& rule : config.retention_rules) {
    Node entry = yaml::make_map();
    put(entry, "match", yaml::make_map(rule.match));
    put(entry, "time", yaml::make_text(write_duration(rule.time)));
    rules.items.push_back(std::move(entry));
  }
  Node retention = yaml::make_map();
  put_unless_empty(retention, "rules", std::move(rules));
  put_unless_empty(map, "retention", std::move(retention));
  return map;
}

Node to_node(const OtlpConfig& config) {
  Node map = yaml::make_map();
  put_truth(map, "promote_all_resource_attributes", config.promote_all_resource_attributes);
  put_unless_empty(map, "promote_resource_attributes", yaml::make_list(config.promote_resource_attributes));
  put_unless_empty(map, "ignore_resource_attributes", yaml::make_list(config.ignore_resource_attributes));
  put_text(map, "translation_strategy", config.translation_strategy);
  put_truth(map, "keep_identifying_resource_attributes", config.keep_identifying_resource_attributes);
  put_truth(map, "convert_histograms_to_nhcb", config.convert_histograms_to_nhcb);
  put_truth(map, "promote_scope_metadata", config.promote_scope_metadata);
  put_truth(map, "label_name_underscore_sanitization", config.label_name_underscore_sanitization);
  put_truth(map, "label_name_preserve_multiple_underscores", config.label_name_preserve_multiple_underscores);
  return map;
}

Node to_node(const TracingConfig& config) {
  Node map = yaml::make_map();
  put_text(map, "client_type", config.client_type);
  put_text(map, "endpoint", config.endpoint);
  put_number(map, "sampling_fraction", config.sampling_fraction);
  put_truth(map, "insecure", config.insecure);
  put_unless_empty(map, "tls_config", http::to_node(config.tls));
  put_unless_empty(map, "headers", yaml::make_map(config.headers));
  put_text(map, "compression", config.compression);
  put_duration(map, "timeout", config.timeout);
  return map;
}

}  // namespace

std::string write_config(const Config& config) {
  Node map = yaml::make_map();
  put(map, "global", to_node(config.global));
  Node runtime = yaml::make_map();
  put(runtime, "gogc", yaml::make_integer(config.gogc));
  put(map, "runtime", std::move(runtime));
  Node alerting = yaml::make_map();
  put_all(alerting, "alert_relabel_configs", config.alert_relabel_rules);
  put_all(alerting, "alertmanagers", config.alertmanagers);
  put_unless_empty(map, "alerting", std::move(alerting));
  put_unless_empty(map, "rule_files", yaml::make_list(config.rule_files));
  put_unless_empty(map, "scrape_config_files", yaml::make_list(config.scrape_config_files));
  Node jobs = yaml::make_list();
  for (const ScrapeConfig& job : config.scrape_configs) {
    if (job.imported_from.empty()) jobs.items.push_back(to_node(job));
  }
  put_unless_empty(map, "scrape_configs", std::move(jobs));
  put_unless_empty(map, "storage", to_node(config.storage));
  if (config.tracing) put(map, "tracing", to_node(*config.tracing));
  put_all(map, "remote_write", config.remote_write);
  put_all(map, "remote_read", config.remote_read);
  put(map, "otlp", to_node(config.otlp));
  return yaml::write(map);
}

std::string write_scrape_config(const ScrapeConfig& config) {
  return yaml::write(to_node(config));
}

}  // namespace sonde::config
