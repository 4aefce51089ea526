#include <algorithm>
#include <utility>

#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "scraper/config/decode.h"
#include "scraper/config/discovery_tables.h"
#include "scraper/config/target_group.h"

namespace sonde::config {
namespace {

// A pattern may have stars in its last segment only, and names a JSON or YAML file.
bool is_file_pattern(std::string_view pattern) {
  const size_t slash = pattern.rfind('/');
  const std::string_view folder =
      slash == std::string_view::npos ? std::string_view{} : pattern.substr(0, slash + 1);
  const std::string_view name = pattern.substr(folder.size());
  if (folder.find('*') != std::string_view::npos) return false;
  const std::string lower = to_lower_ascii(name.substr(std::min(name.rfind('.'), name.size())));
  const bool extension = lower == ".json" || lower == ".yml" || lower == ".yaml";
  return extension && std::ranges::count(name, '*') <= 1;
}

void decode_file_discovery(const yaml::Value& in, const Context& context, FileDiscoveryConfig& out) {
  yaml::Fields fields(in, "file_sd_config");
  fields.read("files", out.files);
  fields.read("refresh_interval", out.refresh_interval);
  if (out.files.empty()) fields.fail("files", "at least one file is needed");
  for (std::string& file : out.files) {
    if (!is_file_pattern(file)) {
      fields.fail("files",
                  quoted(file) + " must end in .json, .yml or .yaml, with at most one * in its last part");
    }
    http::join_folder(file, context.folder);
  }
  if (out.refresh_interval.count() <= 0) out.refresh_interval = FileDiscoveryConfig{}.refresh_interval;
  fields.finish();
}

void decode_other_discovery(const yaml::Value& in, const Context& context, const MechanismSpec& mechanism,
                            OtherDiscoveryConfig& out) {
  yaml::Fields fields(in, mechanism.key);
  out.key = mechanism.key;
  read_keys(fields, mechanism.keys, context.folder, out.node);
  http::ClientConfig client;
  if (mechanism.has_client) {
    http::read_client_config(fields, client);
    http::join_folder(client, context.folder);
    http::put_client_config(out.node, client);
  }
  if (mechanism.check != nullptr && !fields.failed()) mechanism.check(fields, out.node, client);
  fields.finish();
}

void decode_static_groups(yaml::Fields& fields, std::vector<TargetGroup>& out) {
  read_items(fields, "static_configs", out, [&out](const yaml::Value& item, TargetGroup& group) {
    decode(item, group);
    group.source = std::to_string(out.size() - 1);
  });
}

}  // namespace

void decode(const yaml::Value& in, TargetGroup& out) {
  yaml::Fields fields(in, "target group");
  std::vector<std::string> targets;
  std::map<std::string, std::string> labels;
  fields.read("targets", targets);
  fields.read("labels", labels);
  for (std::string& target : targets) out.targets.push_back(Labels{{"__address__", std::move(target)}});
  std::vector<Label> pairs;
  for (auto& [name, value] : labels) {
    if (!is_valid_label_name(name, NameValidation::Utf8)) fields.fail("labels", "a label has no name");
    pairs.push_back({name, std::move(value)});
  }
  out.labels = Labels(std::move(pairs));
  fields.finish();
}

void read_discovery(yaml::Fields& fields, Context& context, std::string_view owner, DiscoveryConfig& out) {
  decode_static_groups(fields, out.static_groups);
  read_items(fields, "file_sd_configs", out.files, [&](const yaml::Value& item, FileDiscoveryConfig& file) {
    decode_file_discovery(item, context, file);
  });
  for (const MechanismSpec& mechanism : mechanisms()) {
    const size_t before = out.others.size();
    read_items(fields, mechanism.key, out.others, [&](const yaml::Value& item, OtherDiscoveryConfig& other) {
      decode_other_discovery(item, context, mechanism, other);
    });
    if (out.others.size() > before) context.note(std::string(owner) + ": " + std::string(mechanism.key));
  }
}

void check_static_addresses(const yaml::Fields& fields, const DiscoveryConfig& discovery) {
  for (const TargetGroup& group : discovery.static_groups) {
    for (const Labels& target : group.targets) {
      const std::string_view address = target.get("__address__");
      if (address.find('/') == std::string_view::npos) continue;
      fields.fail("static_configs",
                  quoted(address) + " is no host:port; scheme and path have their own keys");
    }
  }
}

}  // namespace sonde::config
