// The alerting, storage, otlp and tracing sections.

#include <algorithm>
#include <array>
#include <set>

#include "common/core/size.h"
#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "scraper/config/decode.h"

namespace sonde::config {
namespace {

using Texts = yaml::Choice<std::string_view>;
constexpr std::array kApiVersions{Texts{"v2", "v2"}};
constexpr std::array kFloatEncodings{Texts{"", ""}, Texts{"xor", "xor"}, Texts{"xor2", "xor2"}};
constexpr std::array kClientTypes{Texts{"grpc", "grpc"}, Texts{"http", "http"}};
constexpr std::array kCompressions{Texts{"", ""}, Texts{"gzip", "gzip"}};
constexpr std::array kStrategies{
    Texts{"UnderscoreEscapingWithSuffixes", "UnderscoreEscapingWithSuffixes"},
    Texts{"UnderscoreEscapingWithoutSuffixes", "UnderscoreEscapingWithoutSuffixes"},
    Texts{"NoUTF8EscapingWithSuffixes", "NoUTF8EscapingWithSuffixes"},
    Texts{"NoTranslation", "NoTranslation"},
};

template <class Choices>
void choose_text(yaml::Fields& fields, std::string_view key, const Choices& choices, std::string& out) {
  std::string_view value = out;
  fields.choose(key, choices, value);
  out = std::string(value);
}

void decode_alertmanager(const yaml::Value& in, Context& context, NameValidation validation,
                         AlertmanagerConfig& out) {
  yaml::Fields fields(in, "alertmanager");
  fields.read("scheme", out.scheme);
  fields.read("path_prefix", out.path_prefix);
  fields.read("timeout", out.timeout);
  choose_text(fields, "api_version", kApiVersions, out.api_version);
  http::read_client_config(fields, out.client);
  http::join_folder(out.client, context.folder);
  read_cloud_auth(fields, context, out.client, out.cloud_auth);
  Context within = context;  // `alerting` is noted as a whole.
  read_discovery(fields, within, "alertmanagers", out.discovery);
  read_relabel_rules(fields, "relabel_configs", validation, out.relabel_rules);
  read_relabel_rules(fields, "alert_relabel_configs", validation, out.alert_relabel_rules);
  if (out.relabel_rules.empty()) check_static_addresses(fields, out.discovery);
  fields.finish();
}

void decode_retention(const yaml::Value& in, StorageConfig& out) {
  yaml::Fields fields(in, "retention");
  fields.read("time", out.retention_time);
  fields.visit("size", [&out](const yaml::Value& value) {
    if (value.is_null()) return;
    std::string text;
    decode(value, text);
    const auto size = parse_size_bytes(text);
    if (!size) return value.fail(size.error().message());
    out.retention_size_bytes = *size;
  });
  fields.read("percentage", out.retention_percentage);
  if (!(out.retention_percentage >= 0 && out.retention_percentage <= 100)) {
    fields.fail("percentage", "percentage must be between 0 and 100");
  }
  fields.finish();
}

void decode_retention_rule(const yaml::Value& in, StorageConfig::RetentionRule& out) {
  yaml::Fields fields(in, "rule");
  fields.read("match", out.match);
  for (const auto& [name, expression] : out.match) {
    auto matcher = Matcher::make(MatchType::Regex, name, expression);
    if (!matcher) {
      fields.fail("match", matcher.error().message());
      continue;
    }
    out.matchers.push_back(*std::move(matcher));
  }
  if (out.match.empty()) fields.fail("match", "a rule needs a label to match: {name: expression}");
  if (!fields.has("time")) fields.fail("time", "a rule needs a time; 0 keeps the series for ever");
  fields.read("time", out.time);
  fields.finish();
}

void decode_tsdb(const yaml::Value& in, StorageConfig& out) {
  yaml::Fields fields(in, "tsdb");
  fields.read("out_of_order_time_window", out.out_of_order_window);
  fields.read("stale_series_compaction_threshold", out.stale_series_compaction_threshold);
  fields.visit("chunk_encoding", [&out](const yaml::Value& value) {
    yaml::Fields encoding(value, "chunk_encoding");
    choose_text(encoding, "floats", kFloatEncodings, out.float_encoding);
    encoding.finish();
  });
  fields.visit("retention", [&out](const yaml::Value& value) {
    out.has_retention = !value.is_null();
    decode_retention(value, out);
  });
  if (!(out.stale_series_compaction_threshold >= 0 && out.stale_series_compaction_threshold <= 1)) {
    fields.fail("stale_series_compaction_threshold", "the threshold must be between 0 and 1");
  }
  fields.finish();
}

// Names of attributes: trimmed, not empty, not twice.
void clean_attributes(const yaml::Fields& fields, std::string_view key,
                      std::vector<std::string>& attributes) {
  std::set<std::string> seen;
  for (std::string& attribute : attributes) {
    attribute = trim(attribute);
    if (attribute.empty()) fields.fail(key, "an attribute has no name");
    if (!seen.insert(attribute).second)
      fields.fail(key, "the attribute " + quoted(attribute) + " is listed twice");
  }
}

}  // namespace

void decode_alerting(const yaml::Value& in, Context& context, NameValidation validation, Config& out) {
  yaml::Fields fields(in, "alerting");
  read_relabel_rules(fields, "alert_relabel_configs", validation, out.alert_relabel_rules);
  read_items(fields, "alertmanagers", out.alertmanagers,
             [&](const yaml::Value& item, AlertmanagerConfig& manager) {
               decode_alertmanager(item, context, validation, manager);
             });
  fields.finish();
}

void decode_storage(const yaml::Value& in, Context& context, StorageConfig& out) {
  yaml::Fields fields(in, "storage");
  fields.visit("tsdb", [&out](const yaml::Value& value) {
    out.has_tsdb = !value.is_null();
    decode_tsdb(value, out);
  });
  fields.visit("exemplars", [&out](const yaml::Value& value) {
    out.has_exemplars = !value.is_null();
    yaml::Fields exemplars(value, "exemplars");
    exemplars.read("max_exemplars", out.exemplars_max);
    exemplars.finish();
  });
  fields.visit("retention", [&out](const yaml::Value& value) {
    yaml::Fields retention(value, "retention");
    read_items(retention, "rules", out.retention_rules, decode_retention_rule);
    retention.finish();
  });
  const auto note = [&context](bool set, std::string_view key) {
    if (set) context.note("storage: " + std::string(key));
  };
  note(out.out_of_order_window.count() > 0, "tsdb.out_of_order_time_window");
  note(out.stale_series_compaction_threshold > 0, "tsdb.stale_series_compaction_threshold");
  note(!out.float_encoding.empty(), "tsdb.chunk_encoding");
  note(out.has_exemplars, "exemplars");
  fields.finish();
}

void decode_otlp(const yaml::Value& in, NameValidation validation, OtlpConfig& out) {
  yaml::Fields fields(in, "otlp");
  fields.read("promote_all_resource_attributes", out.promote_all_resource_attributes);
  fields.read("promote_resource_attributes", out.promote_resource_attributes);
  fields.read("ignore_resource_attributes", out.ignore_resource_attributes);
  choose_text(fields, "translation_strategy", kStrategies, out.translation_strategy);
  fields.read("keep_identifying_resource_attributes", out.keep_identifying_resource_attributes);
  fields.read("convert_histograms_to_nhcb", out.convert_histograms_to_nhcb);
  fields.read("promote_scope_metadata", out.promote_scope_metadata);
  fields.read("label_name_underscore_sanitization", out.label_name_underscore_sanitization);
  fields.read("label_name_preserve_multiple_underscores", out.label_name_preserve_multiple_underscores);
  if (out.promote_all_resource_attributes && !out.promote_resource_attributes.empty()) {
    fields.fail("promote_resource_attributes",
                "promote_resource_attributes and promote_all_resource_attributes exclude each other");
  }
  if (!out.promote_all_resource_attributes && !out.ignore_resource_attributes.empty()) {
    fields.fail("ignore_resource_attributes",
                "ignore_resource_attributes needs promote_all_resource_attributes");
  }
  clean_attributes(fields, "promote_resource_attributes", out.promote_resource_attributes);
  clean_attributes(fields, "ignore_resource_attributes", out.ignore_resource_attributes);
  if (validation == NameValidation::Legacy && out.translation_strategy.starts_with("No")) {
    fields.fail("translation_strategy",
                quoted(out.translation_strategy) + " needs the validation scheme utf8");
  }
  fields.finish();
}

void decode_tracing(const yaml::Value& in, Context& context, TracingConfig& out) {
  yaml::Fields fields(in, "tracing");
  choose_text(fields, "client_type", kClientTypes, out.client_type);
  fields.read("endpoint", out.endpoint);
  fields.read("sampling_fraction", out.sampling_fraction);
  fields.read("insecure", out.insecure);
  fields.read("tls_config", out.tls);
  http::join_folder(out.tls, context.folder);
  read_headers(fields, out.headers);
  choose_text(fields, "compression", kCompressions, out.compression);
  fields.read("timeout", out.timeout);
  if (out.endpoint.empty()) fields.fail("endpoint", "endpoint is missing");
  fields.finish();
}

}  // namespace sonde::config
