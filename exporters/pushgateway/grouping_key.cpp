#include "exporters/pushgateway/grouping_key.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/core/base64.h"
#include "common/core/text.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kJob = "job";
constexpr std::string_view kBase64Suffix = "@base64";
constexpr std::string_view kEscapedPrefix = "U__";

Error bad_path(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The bytes of the code point at `at` of valid UTF-8.
size_t utf8_length(std::string_view text, size_t at) {
  size_t length = 1;
  while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xC0) == 0x80)
    ++length;
  return length;
}

uint32_t decode_rune(std::string_view rune) {
  const auto first = static_cast<unsigned char>(rune[0]);
  uint32_t value = rune.size() == 1 ? first : first & (0xFFU >> (rune.size() + 1));
  for (const char c : rune.substr(1)) value = (value << 6) | (static_cast<unsigned char>(c) & 0x3F);
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes `1F600_` off the front of `rest` as the code point it spells.
std::optional<uint32_t> take_code_point(std::string_view& rest) {
  constexpr size_t kDigitsMax = 6;
  const size_t end = rest.find('_');
  if (end == std::string_view::npos || end > kDigitsMax - 1) return std::nullopt;
  uint32_t value = 0;
  for (const char c : rest.substr(0, end)) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
  rest.remove_prefix(end + 1);
  return value;
}

// "U__caf_E9_" is "café": how a name that is no identifier stands in a URL (the reference's values escaping).
// What is not escaped so stays as it is.
std::string unescape_name(std::string_view name) {
  if (!name.starts_with(kEscapedPrefix)) return std::string(name);
  std::string out;
  std::string_view rest = name.substr(kEscapedPrefix.size());
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '_') {
      out += c;
    } else if (rest.starts_with('_')) {
      out += '_';
      rest.remove_prefix(1);
    } else {
      const auto code_point = take_code_point(rest);
      if (!code_point) return std::string(name);
      append_utf8(out, *code_point);
    }
  }
  return out;
}

std::string escape_name(std::string_view name) {
  if (is_legacy_label_name(name)) return std::string(name);
  std::string out(kEscapedPrefix);
  for (size_t i = 0; i < name.size();) {
    const size_t length = utf8_length(name, i);
    const std::string_view rune = name.substr(i, length);
    i += length;
    if (length == 1 && (is_alphanumeric(rune[0]) || rune[0] == ':')) {
      out += rune;
    } else if (rune == "_") {
      out += "__";
    } else {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      std::string digits;
      for (uint32_t value = decode_rune(rune); value != 0; value /= 16) digits.insert(0, 1, kHex[value % 16]);
      out += '_' + (digits.empty() ? "0" : digits) + '_';
    }
  }
  return out;
}

// Without padding but for the empty text, which would be an empty component.
std::string encode_value(std::string_view text) {
  std::string out = encode_base64(text);
  while (out.ends_with('=')) out.pop_back();
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out.empty() ? "=" : out;
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
  const std::string plain = utf8_names ? unescape_name(name) : std::string(name);
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
    out += escape_name(name);
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
