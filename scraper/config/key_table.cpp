#include "scraper/config/key_table.h"

#include <chrono>
#include <utility>

#include "common/core/duration.h"
#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "common/yaml/scalar.h"
#include "common/yaml/writer.h"

namespace sonde::config {
namespace {

yaml::Node read_choice(const yaml::Value& in, const KeySpec& spec) {
  std::string text;
  decode(in, text);
  for (const std::string_view choice : split(spec.choices, '|')) {
    if (text == choice) return yaml::make_text(text);
  }
  std::string wanted;
  for (const char c : spec.choices) wanted += c == '|' ? std::string(", ") : std::string(1, c);
  in.fail("unknown " + std::string(spec.name) + " " + quoted(text) + "; want one of " + wanted);
  return {};
}

yaml::Node read_nested(const yaml::Value& in, const KeySpec& spec, std::string_view folder) {
  yaml::Node out = yaml::make_map();
  yaml::Fields fields(in, spec.name);
  read_keys(fields, spec.nested, folder, out);
  fields.finish();
  return out;
}

yaml::Node read_nested_list(const yaml::Value& in, const KeySpec& spec, std::string_view folder) {
  yaml::Node out = yaml::make_list();
  if (in.node().kind != yaml::NodeKind::List) {
    in.fail_type("a list");
    return out;
  }
  for (size_t i = 0; i < in.node().items.size() && !in.failed(); ++i) {
    const yaml::Value item(in.node().items[i], in, i);
    if (item.is_null()) {
      item.fail("empty or null entry");
      break;
    }
    out.items.push_back(read_nested(item, spec, folder));
  }
  return out;
}

// The value of one key as it is to be shown; `in` is not null.
yaml::Node read_value(const yaml::Value& in, const KeySpec& spec, std::string_view folder) {
  const auto read = [&in](auto initial) {
    decode(in, initial);
    return initial;
  };
  switch (spec.kind) {
    case KeyKind::Text:
      return yaml::make_text(read(std::string()));
    case KeyKind::Secret:
      return yaml::make_text(read(std::string()).empty() ? "" : "<secret>");
    case KeyKind::File: {
      std::string path = read(std::string());
      http::join_folder(path, folder);
      return yaml::make_text(path);
    }
    case KeyKind::Integer:
      return yaml::make_integer(read(int64_t{0}));
    case KeyKind::Boolean:
      return yaml::make_boolean(read(false));
    case KeyKind::Duration:
      return yaml::make_text(write_duration(read(std::chrono::milliseconds{0})));
    case KeyKind::Texts:
      return yaml::make_list(read(std::vector<std::string>()));
    case KeyKind::TextMap:
      return yaml::make_map(read(std::map<std::string, std::string>()));
    case KeyKind::HttpUrl: {
      const std::string url = read(std::string());
      if (auto status = http::check_http_url(url); !status) in.fail(status.error().message());
      return yaml::make_text(http::hide_password(url));
    }
    case KeyKind::Choice:
      return read_choice(in, spec);
    case KeyKind::Tls: {
      http::TlsConfig tls;
      decode(in, tls);
      http::join_folder(tls, folder);
      return http::to_node(tls);
    }
    case KeyKind::Nested:
      return read_nested(in, spec, folder);
    case KeyKind::NestedList:
      return read_nested_list(in, spec, folder);
  }
  return {};
}

yaml::Node fallback_of(const KeySpec& spec) {
  const bool plain = spec.kind == KeyKind::Integer || spec.kind == KeyKind::Boolean;
  yaml::Node node = yaml::make_text(spec.fallback);
  node.plain = plain;
  return node;
}

}  // namespace

void read_keys(yaml::Fields& fields, std::span<const KeySpec> table, std::string_view folder,
               yaml::Node& out) {
  for (const KeySpec& spec : table) {
    yaml::Node value = fallback_of(spec);
    fields.visit(spec.name, [&](const yaml::Value& in) {
      value = in.is_null() ? yaml::Node{} : read_value(in, spec, folder);
    });
    const bool empty = value.text.empty() && value.items.empty() && value.entries.empty();
    if (spec.required && empty) fields.fail(spec.name, std::string(spec.name) + " is missing");
    if (empty || (value.plain && value.text == "false" && spec.fallback.empty())) continue;
    yaml::put(out, spec.name, std::move(value));
  }
}

std::string_view text_of(const yaml::Node& map, std::string_view key) {
  const yaml::Node* node = map.find(key);
  return node == nullptr ? std::string_view{} : std::string_view(node->text);
}

}  // namespace sonde::config
