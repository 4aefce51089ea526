#include "common/core/text.h"
#include "scraper/config/decode.h"

namespace sonde::config {
namespace {

RelabelSpec decode_spec(const yaml::Value& in) {
  RelabelSpec out;
  yaml::Fields fields(in, "relabel_config");
  fields.read("source_labels", out.source_labels);
  fields.read("separator", out.separator);
  fields.visit("regex", [&out](const yaml::Value& value) {
    out.regex.emplace();
    if (!value.is_null()) decode(value, *out.regex);
  });
  fields.read("modulus", out.modulus);
  fields.read("target_label", out.target_label);
  fields.read("replacement", out.replacement);
  fields.visit("action", [&out](const yaml::Value& value) {
    std::string name;
    decode(value, name);
    const auto action = parse_relabel_action(name);
    if (!action) return value.fail("unknown relabel action " + quoted(name));
    out.action = *action;
  });
  fields.finish();
  return out;
}

}  // namespace

void read_relabel_rules(yaml::Fields& fields, std::string_view key, NameValidation validation,
                        std::vector<RelabelRule>& out) {
  fields.visit(key, [&](const yaml::Value& list) {
    if (list.is_null()) return;
    if (list.node().kind != yaml::NodeKind::List) return list.fail_type("a list");
    for (size_t i = 0; i < list.node().items.size() && !list.failed(); ++i) {
      const yaml::Value item(list.node().items[i], list, i);
      if (item.is_null()) return item.fail("empty or null relabeling rule");
      RelabelSpec spec = decode_spec(item);
      if (item.failed()) return;
      for (const std::string& label : spec.source_labels) {
        if (!is_valid_label_name(label, NameValidation::Utf8))
          item.fail("source_labels: a label has no name");
      }
      auto rule = RelabelRule::make(std::move(spec), validation);
      if (!rule) return item.fail(rule.error().message());
      out.push_back(std::move(*rule));
    }
  });
}

}  // namespace sonde::config
