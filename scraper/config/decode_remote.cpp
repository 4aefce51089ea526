#include <array>

#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "scraper/config/decode.h"

namespace sonde::config {
namespace {

constexpr std::array kMessages{
    yaml::Choice<std::string_view>{"prometheus.WriteRequest", "prometheus.WriteRequest"},
    yaml::Choice<std::string_view>{"io.prometheus.write.v2.Request", "io.prometheus.write.v2.Request"},
};

void read_url(yaml::Fields& fields, std::string& out) {
  fields.read("url", out);
  const yaml::Node* node = fields.value().node().find("url");
  if (node == nullptr || node->kind == yaml::NodeKind::Null) fields.fail("url", "url is missing");
  if (const auto status = http::check_url(out); !status) fields.fail("url", status.error().message());
}

void decode(const yaml::Value& in, QueueConfig& out) {
  yaml::Fields fields(in, "queue_config");
  fields.read("capacity", out.capacity);
  fields.read("max_shards", out.shards_max);
  fields.read("min_shards", out.shards_min);
  fields.read("max_samples_per_send", out.samples_per_send_max);
  fields.read("batch_send_deadline", out.batch_send_deadline);
  fields.read("min_backoff", out.backoff_min);
  fields.read("max_backoff", out.backoff_max);
  fields.read("retry_on_http_429", out.retry_on_http_429);
  fields.read("sample_age_limit", out.sample_age_limit);
  const auto want_positive = [&fields](std::string_view key, int64_t value) {
    if (value <= 0) fields.fail(key, std::string(key) + " must be greater than zero");
  };
  want_positive("capacity", out.capacity);
  want_positive("max_shards", out.shards_max);
  want_positive("min_shards", out.shards_min);
  want_positive("max_samples_per_send", out.samples_per_send_max);
  if (out.shards_min > out.shards_max) fields.fail("min_shards", "min_shards is greater than max_shards");
  if (out.backoff_min > out.backoff_max)
    fields.fail("max_backoff", "min_backoff is greater than max_backoff");
  fields.finish();
}

void decode(const yaml::Value& in, MetadataConfig& out) {
  yaml::Fields fields(in, "metadata_config");
  fields.read("send", out.send);
  fields.read("send_interval", out.send_interval);
  fields.read("max_samples_per_send", out.samples_per_send_max);
  fields.finish();
}

}  // namespace

void decode_remote_write(const yaml::Value& in, Context& context, NameValidation validation,
                         RemoteWriteConfig& out) {
  yaml::Fields fields(in, "remote_write");
  read_url(fields, out.url);
  fields.read("remote_timeout", out.remote_timeout);
  read_headers(fields, out.headers);
  read_relabel_rules(fields, "write_relabel_configs", validation, out.write_relabel_rules);
  fields.read("name", out.name);
  fields.read("send_exemplars", out.send_exemplars);
  fields.read("send_native_histograms", out.send_native_histograms);
  fields.read("round_robin_dns", out.round_robin_dns);
  fields.read("failed_request_logging", out.failed_request_logging);
  std::string_view message = out.protobuf_message;
  fields.choose("protobuf_message", kMessages, message);
  out.protobuf_message = std::string(message);
  out.client.enable_http2 = false;
  http::read_client_config(fields, out.client);
  http::join_folder(out.client, context.folder);
  fields.visit("queue_config", [&out](const yaml::Value& value) { decode(value, out.queue); });
  fields.visit("metadata_config", [&out](const yaml::Value& value) { decode(value, out.metadata); });
  read_cloud_auth(fields, context, out.client, out.cloud_auth);
  fields.finish();
}

void decode_remote_read(const yaml::Value& in, Context& context, RemoteReadConfig& out) {
  yaml::Fields fields(in, "remote_read");
  read_url(fields, out.url);
  fields.read("remote_timeout", out.remote_timeout);
  fields.read("chunked_read_limit", out.chunked_read_limit_bytes);
  read_headers(fields, out.headers);
  fields.read("read_recent", out.read_recent);
  fields.read("name", out.name);
  http::read_client_config(fields, out.client);
  http::join_folder(out.client, context.folder);
  fields.read("required_matchers", out.required_matchers);
  fields.read("filter_external_labels", out.filter_external_labels);
  fields.finish();
}

}  // namespace sonde::config
