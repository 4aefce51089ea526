#include "exporters/pushgateway/grouping_key.h"

#include <map>
#include <string>
#include <vector>

#include "common/core/base64.h"
#include "common/core/percent.h"
#include "common/core/text.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kJob = "job";
constexpr std::string_view kBase64Suffix = "@base64";

Error bad_path(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Result<Label> parse_pair(std::string_view raw_name, std::string_view raw_value) {
  const auto name = decode_percent(raw_name);
  const auto value = decode_percent(raw_value);
  if (!name || !value) return bad_path("invalid percent-encoding in the URL path: " + quoted(raw_name));
  if (!name->ends_with(kBase64Suffix)) return Label{*name, *value};
  const auto decoded = decode_base64url(*value);
  if (!decoded) return bad_path("invalid base64 encoding in label value " + quoted(*value));
  return Label{name->substr(0, name->size() - kBase64Suffix.size()), *decoded};
}

bool is_usable_name(std::string_view name, bool utf8_names) {
  if (name.starts_with("__")) return false;
  // What is left of a name that carries the suffix twice could not be written as a path again.
  if (name.ends_with(kBase64Suffix)) return false;
  if (!utf8_names) return is_legacy_label_name(name);
  // Differs: upstream takes a NUL, and then no scraper can read its page.
  return !name.empty() && is_valid_utf8(name) && name.find('\0') == std::string_view::npos;
}

}  // namespace

Result<GroupingKey> parse_grouping_key(std::string_view raw_path, bool utf8_names) {
  if (raw_path.ends_with('/')) raw_path.remove_suffix(1);
  const std::vector<std::string_view> parts = split(raw_path, '/');
  if (parts.size() % 2 != 0) {
    return bad_path("odd number of components in the label string " + quoted("/" + std::string(raw_path)));
  }
  if (parts.size() / 2 > kGroupingLabelsMax) {
    return Error(ErrorCode::LimitExceeded,
                 "more than " + std::to_string(kGroupingLabelsMax) + " labels in the grouping key");
  }
  if (parts[0] != kJob && parts[0] != std::string(kJob) + std::string(kBase64Suffix)) {
    return Error(ErrorCode::NotFound, "a group's path begins with /metrics/job/");
  }
  // Of a name that comes twice the last value holds, and of the job the first.
  std::map<std::string, std::string> labels;
  for (size_t i = 0; i < parts.size(); i += 2) {
    auto label = parse_pair(parts[i], parts[i + 1]);
    if (!label) return label.error();
    if (i == 0 && label->value.empty()) return bad_path("job name is required");
    if (!is_usable_name(label->name, utf8_names))
      return bad_path("improper label name " + quoted(label->name));
    if (!is_valid_utf8(label->value))
      return bad_path("label value is not valid UTF-8: " + quoted(label->value));
    if (i == 0 || label->name != kJob) labels[label->name] = std::move(label->value);
  }
  GroupingKey key;
  for (const auto& [name, value] : labels) {
    if (value.empty()) key.empty_names.push_back(name);
    key.labels.set(name, value);
  }
  return key;
}

}  // namespace sonde::pushgateway
