#include <algorithm>
#include <array>

#include "common/core/size.h"
#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "scraper/config/decode.h"
#include "scraper/config/environment.h"

namespace sonde::config {
namespace {

constexpr std::array kProtocols{
    yaml::Choice<ScrapeProtocol>{"PrometheusProto", ScrapeProtocol::PrometheusProto},
    yaml::Choice<ScrapeProtocol>{"OpenMetricsText1.0.0", ScrapeProtocol::OpenMetricsText1_0_0},
    yaml::Choice<ScrapeProtocol>{"OpenMetricsText0.0.1", ScrapeProtocol::OpenMetricsText0_0_1},
    yaml::Choice<ScrapeProtocol>{"PrometheusText1.0.0", ScrapeProtocol::PrometheusText1_0_0},
    yaml::Choice<ScrapeProtocol>{"PrometheusText0.0.4", ScrapeProtocol::PrometheusText0_0_4},
};
constexpr std::array kEscapings{
    yaml::Choice<NameEscaping>{"allow-utf-8", NameEscaping::AllowUtf8},
    yaml::Choice<NameEscaping>{"underscores", NameEscaping::Underscores},
    yaml::Choice<NameEscaping>{"dots", NameEscaping::Dots},
    yaml::Choice<NameEscaping>{"values", NameEscaping::Values},
};
constexpr std::array kValidations{
    yaml::Choice<NameValidation>{"utf8", NameValidation::Utf8},
    yaml::Choice<NameValidation>{"legacy", NameValidation::Legacy},
};

template <class T, size_t kCount>
std::string_view name_in(const std::array<yaml::Choice<T>, kCount>& choices, T value) {
  return std::ranges::find(choices, value, &yaml::Choice<T>::value)->name;
}

// A key that is absent, null, zero or empty leaves what `global` says.
template <class T>
void read_inherited(yaml::Fields& fields, std::string_view key, T& out) {
  T value{};
  fields.read(key, value);
  if (value != T{}) out = std::move(value);
}

// false is a value of its own.
void read_inherited(yaml::Fields& fields, std::string_view key, bool& out) {
  fields.visit(key, [&out](const yaml::Value& value) {
    if (!value.is_null()) decode(value, out);
  });
}

template <class T, class Choices>
bool choose_inherited(yaml::Fields& fields, std::string_view key, const Choices& choices, T& out) {
  bool chosen = false;
  fields.visit(key, [&](const yaml::Value& value) {
    if (value.is_null() || (value.node().kind == yaml::NodeKind::Scalar && value.node().text.empty())) return;
    decode_choice(value, choices, out);
    chosen = true;
  });
  return chosen;
}

void read_body_limit(yaml::Fields& fields, uint64_t& out) {
  fields.visit("body_size_limit", [&out](const yaml::Value& value) {
    if (value.is_null()) return;
    std::string text;
    decode(value, text);
    const auto size = parse_size_bytes(text);
    if (!size) return value.fail(size.error().message());
    if (*size > 0) out = *size;
  });
}

void read_protocols(yaml::Fields& fields, std::vector<ScrapeProtocol>& out) {
  fields.visit("scrape_protocols", [&out](const yaml::Value& list) {
    if (list.is_null()) return;
    if (list.node().kind != yaml::NodeKind::List) return list.fail_type("a list");
    if (list.node().items.empty()) return list.fail("the list must not be empty");
    out.clear();
    for (size_t i = 0; i < list.node().items.size() && !list.failed(); ++i) {
      const yaml::Value item(list.node().items[i], list, i);
      ScrapeProtocol protocol{};
      decode_choice(item, kProtocols, protocol);
      if (std::ranges::find(out, protocol) != out.end()) item.fail("the protocol is listed twice");
      out.push_back(protocol);
    }
  });
}

// The timeout, which may be written but not be longer than the interval; else what `fallback` allows.
void read_timeout(yaml::Fields& fields, std::chrono::milliseconds fallback, ScrapeDefaults& out) {
  std::chrono::milliseconds written{0};
  fields.read("scrape_timeout", written);
  if (written > out.interval) fields.fail("scrape_timeout", "scrape_timeout is longer than scrape_interval");
  out.timeout = written.count() > 0 ? written : std::min(fallback, out.interval);
}

// Everything that `global` and a job both have; `out` holds what applies without the key.
void read_scrape_defaults(yaml::Fields& fields, const Context& context, ScrapeDefaults& out) {
  const std::chrono::milliseconds timeout = out.timeout;
  read_inherited(fields, "scrape_interval", out.interval);
  read_timeout(fields, timeout, out);
  read_protocols(fields, out.protocols);
  read_body_limit(fields, out.limits.body_size_bytes);
  read_inherited(fields, "sample_limit", out.limits.samples);
  read_inherited(fields, "target_limit", out.limits.targets);
  read_inherited(fields, "label_limit", out.limits.labels);
  read_inherited(fields, "label_name_length_limit", out.limits.label_name_bytes);
  read_inherited(fields, "label_value_length_limit", out.limits.label_value_bytes);
  read_inherited(fields, "keep_dropped_targets", out.dropped_targets_kept);
  read_inherited(fields, "scrape_native_histograms", out.native_histograms);
  read_inherited(fields, "convert_classic_histograms_to_nhcb", out.convert_classic_histograms);
  read_inherited(fields, "always_scrape_classic_histograms", out.always_classic_histograms);
  read_inherited(fields, "extra_scrape_metrics", out.extra_metrics);
  std::string log_file;
  fields.read("scrape_failure_log_file", log_file);
  http::join_folder(log_file, context.folder);
  if (!log_file.empty()) out.failure_log_file = std::move(log_file);
}

// A scheme of escaping follows from the validation where it is not written.
void read_name_rules(yaml::Fields& fields, ScrapeDefaults& out) {
  const bool validation_written =
      choose_inherited(fields, "metric_name_validation_scheme", kValidations, out.name_validation);
  const bool escaping_written =
      choose_inherited(fields, "metric_name_escaping_scheme", kEscapings, out.name_escaping);
  if (validation_written && !escaping_written) {
    out.name_escaping =
        out.name_validation == NameValidation::Legacy ? NameEscaping::Underscores : NameEscaping::AllowUtf8;
  }
}

void read_external_labels(yaml::Fields& fields, Context& context, GlobalConfig& out) {
  std::map<std::string, std::string> labels;
  fields.read("external_labels", labels);
  std::vector<Label> expanded;
  for (const auto& [name, value] : labels) {
    if (!is_valid_label_name(name, out.scrape.name_validation)) {
      fields.fail("external_labels", quoted(name) + " is no valid label name");
    }
    expanded.push_back({name, expand_environment(value, context.warnings)});
  }
  out.external_labels = Labels(std::move(expanded));
}

void read_fallback_protocol(yaml::Fields& fields, std::optional<ScrapeProtocol>& out) {
  ScrapeProtocol protocol{};
  if (choose_inherited(fields, "fallback_scrape_protocol", kProtocols, protocol)) out = protocol;
}

// What `scrape` asks for beyond what `base` does already, and no scrape does yet.
void note_unsupported(const ScrapeDefaults& scrape, const ScrapeDefaults& base, const std::string& owner,
                      Context& context) {
  const auto note = [&](bool set, std::string_view key) {
    if (set) context.note(owner + ": " + std::string(key));
  };
  note(scrape.native_histograms && !base.native_histograms, "scrape_native_histograms");
  note(scrape.convert_classic_histograms && !base.convert_classic_histograms,
       "convert_classic_histograms_to_nhcb");
  note(scrape.failure_log_file != base.failure_log_file, "scrape_failure_log_file");
}
void note_unsupported(const ScrapeConfig& config, const GlobalConfig& global, const std::string& owner,
                      Context& context) {
  note_unsupported(config.scrape, global.scrape, owner, context);
  const auto note = [&](bool set, std::string_view key) {
    if (set) context.note(owner + ": " + std::string(key));
  };
  note(config.native_histogram_bucket_limit > 0, "native_histogram_bucket_limit");
  note(config.native_histogram_min_bucket_factor > 0, "native_histogram_min_bucket_factor");
}

void read_job_flags(yaml::Fields& fields, ScrapeConfig& out) {
  fields.read("honor_labels", out.honor_labels);
  fields.read("honor_timestamps", out.honor_timestamps);
  fields.read("track_timestamps_staleness", out.track_timestamps_staleness);
  fields.read("enable_compression", out.enable_compression);
  fields.read("params", out.params);
  fields.read("metrics_path", out.metrics_path);
  fields.read("scheme", out.scheme);
  fields.read("native_histogram_bucket_limit", out.native_histogram_bucket_limit);
  fields.read("native_histogram_min_bucket_factor", out.native_histogram_min_bucket_factor);
  read_fallback_protocol(fields, out.fallback_protocol);
}

std::vector<ScrapeProtocol> default_protocols(bool native_histograms) {
  std::vector<ScrapeProtocol> out;
  for (const auto& choice : kProtocols) {
    if (choice.value != ScrapeProtocol::PrometheusProto || native_histograms) out.push_back(choice.value);
  }
  return out;
}

}  // namespace

std::string_view name_of(ScrapeProtocol protocol) {
  return name_in(kProtocols, protocol);
}
std::string_view name_of(NameEscaping escaping) {
  return name_in(kEscapings, escaping);
}
std::string_view name_of(NameValidation validation) {
  return name_in(kValidations, validation);
}

void decode_global(const yaml::Value& in, Context& context, GlobalConfig& out) {
  yaml::Fields fields(in, "global");
  read_name_rules(fields, out.scrape);
  read_scrape_defaults(fields, context, out.scrape);
  read_inherited(fields, "evaluation_interval", out.evaluation_interval);
  fields.read("rule_query_offset", out.rule_query_offset);
  fields.read("query_log_file", out.query_log_file);
  http::join_folder(out.query_log_file, context.folder);
  read_external_labels(fields, context, out);
  note_unsupported(out.scrape, ScrapeDefaults{}, "global", context);
  if (!out.query_log_file.empty()) context.note("global: query_log_file");
  if (out.rule_query_offset.count() > 0) context.note("global: rule_query_offset");
  fields.finish();
}

void decode_scrape_config(const yaml::Value& in, Context& context, const GlobalConfig& global,
                          ScrapeConfig& out) {
  yaml::Fields fields(in, "scrape_config");
  out.scrape = global.scrape;
  fields.read("job_name", out.job_name);
  const std::string owner = "scrape job " + quoted(out.job_name);
  read_name_rules(fields, out.scrape);
  const bool legacy = out.scrape.name_validation == NameValidation::Legacy;
  if (legacy && out.scrape.name_escaping == NameEscaping::AllowUtf8) {
    fields.fail("metric_name_escaping_scheme", "allow-utf-8 needs the metric_name_validation_scheme utf8");
  }
  read_scrape_defaults(fields, context, out.scrape);
  if (out.scrape.protocols.empty()) out.scrape.protocols = default_protocols(out.scrape.native_histograms);
  read_job_flags(fields, out);
  read_client(fields, context, owner, out.client);
  read_discovery(fields, context, owner, out.discovery);
  read_relabel_rules(fields, "relabel_configs", out.scrape.name_validation, out.relabel_rules);
  read_relabel_rules(fields, "metric_relabel_configs", out.scrape.name_validation, out.metric_relabel_rules);
  if (out.relabel_rules.empty()) check_static_addresses(fields, out.discovery);
  if (out.job_name.empty()) fields.fail("job_name", "job_name is missing");
  note_unsupported(out, global, owner, context);
  fields.finish();
}

}  // namespace sonde::config
