#include "exporters/pushgateway/grouping_key.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "common/core/base64.h"
#include "common/core/text.h"
#include "common/exposition/negotiation.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kJob = "job";
constexpr std::string_view kBase64Suffix = "@base64";

Error bad_path(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Without padding but for the empty text, which would be an empty component.
std::string encode_value(std::string_view text) {
  return text.empty() ? "=" : encode_base64url(text);
}

// True for what a path holds as it is.
bool is_plain_in_path(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '~';
  });
}

Result<Label> parse_pair(std::string_view name, std::string_view value, bool utf8_names) {
  const bool encoded = name.ends_with(kBase64Suffix);
  if (encoded) name.remove_suffix(kBase64Suffix.size());
  const std::string plain = utf8_names ? exposition::unescape_name(name) : std::string(name);
  // Differs: upstream takes a NUL, and then no scraper can read its page.
  const bool valid = utf8_names
                         ? !plain.empty() && is_valid_utf8(plain) && plain.find('\0') == std::string::npos
                         : is_legacy_label_name(plain);
  if (!valid || name.starts_with("__")) return bad_path("improper label name " + quoted(name));
  if (!encoded) return Label{plain, std::string(value)};
  const auto decoded = decode_base64url(value);
  if (!decoded) return bad_path("invalid base64 encoding for label " + plain + "=" + quoted(value));
  return Label{plain, *decoded};
}

}  // namespace

Result<GroupingKey> parse_grouping_key(std::string_view path, bool utf8_names) {
  const std::vector<std::string_view> parts = split(path, '/');
  if (parts[0] != kJob && parts[0] != std::string(kJob) + std::string(kBase64Suffix)) {
    return Error(ErrorCode::NotFound, "a group's path begins with /metrics/job/");
  }
  if (parts.size() < 2) return Error(ErrorCode::NotFound, "a group's path names a job: /metrics/job/NAME");
  // Differs: the reference's router redirects "a//b" to "a/b", which loses the push.
  if (path.find("//") != std::string_view::npos) {
    return bad_path("empty component in the path; an empty value is written as NAME@base64/=");
  }
  // "job/x/" is "job/x"; behind a label, an empty last part is its empty value.
  const size_t count = parts.size() == 3 && parts[2].empty() ? 2 : parts.size();
  if (count % 2 != 0) {
    return bad_path("odd number of components in label string " + quoted("/" + std::string(path)));
  }
  if (count / 2 > kGroupingLabelsMax) {
    return Error(ErrorCode::LimitExceeded,
                 "more than " + std::to_string(kGroupingLabelsMax) + " labels in the grouping key");
  }
  // Of a name that comes twice the last value holds, and of the job the first.
  std::map<std::string, std::string> labels;
  for (size_t i = 0; i < count; i += 2) {
    auto label = parse_pair(parts[i], parts[i + 1], utf8_names);
    if (!label) return label.error();
    if (i == 0 && label->value.empty()) return bad_path("job name is required");
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

std::string write_grouping_path(const GroupingKey& key) {
  std::string out;
  const auto append = [&out](std::string_view name, std::string_view value) {
    if (!out.empty()) out += '/';
    out += exposition::escape_name(name, exposition::Escaping::Values);
    const bool plain = is_plain_in_path(value);
    if (!plain) out += kBase64Suffix;
    out += '/';
    out += plain ? std::string(value) : encode_value(value);
  };
  append(kJob, key.labels.get(kJob));
  for (const Label& label : key.labels) {
    if (label.name != kJob) append(label.name, label.value);
  }
  for (const std::string& name : key.empty_names) append(name, {});
  return out;
}

}  // namespace sonde::pushgateway
