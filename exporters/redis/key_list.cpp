#include "exporters/redis/key_list.h"

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::redis {
namespace {

Error bad_item(std::string_view item, std::string_view why) {
  return Error(ErrorCode::InvalidArgument, "invalid item " + quoted(item) + ": " + std::string(why));
}

// A URL's query: "+" is a space, "%2C" a comma.
bool decode(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return true;
}

Result<KeyName> parse_item(std::string_view item) {
  KeyName name;
  const Cut parts = cut(item, '=');
  const std::string_view key = trim(parts.found ? parts.after : parts.before);
  if (key.find('=') != std::string_view::npos) {
    return bad_item(item, "want KEY or DB=KEY, with %3D for a = within the key");
  }
  if (!decode(key, name.text)) return bad_item(item, "a % that two hexadecimal digits do not follow");
  if (!parts.found) return name;
  std::string_view database = trim(parts.before);
  if (database.starts_with("db")) database.remove_prefix(2);
  const auto number = parse_unsigned(database);
  if (!number || *number > static_cast<uint64_t>(kDatabaseMax)) {
    return bad_item(item, "the database is no number from 0 to " + std::to_string(kDatabaseMax));
  }
  name.database = static_cast<int64_t>(*number);
  return name;
}

// One item of a line of comma-separated values, which is taken off `rest`.
Result<std::string> take_value(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    const std::string_view value = rest.substr(0, rest.find(','));
    rest.remove_prefix(value.size());
    return std::string(value);
  }
  std::string value;
  size_t at = 1;
  for (;;) {
    const size_t quote = rest.find('"', at);
    if (quote == std::string_view::npos) return bad_item(rest, "a quote that does not end");
    value += rest.substr(at, quote - at);
    at = quote + 1;
    if (at >= rest.size() || rest[at] != '"') break;
    value += '"';
    ++at;
  }
  if (at < rest.size() && rest[at] != ',') return bad_item(rest, "a comma must follow the closing quote");
  rest.remove_prefix(at);
  return value;
}

}  // namespace

std::string database_label(int64_t database) {
  return "db" + std::to_string(database);
}

Result<std::vector<KeyName>> parse_key_list(std::string_view text) {
  std::vector<KeyName> names;
  for (const std::string_view item : split(text, ',')) {
    if (trim(item).empty()) continue;
    auto name = parse_item(item);
    if (!name) return name.error();
    if (!name->text.empty()) names.push_back(std::move(*name));
  }
  return names;
}

bool is_pattern(std::string_view key) {
  return key.find_first_of("?*[]^") != std::string_view::npos;
}

Result<std::vector<std::string>> parse_group_patterns(std::string_view text) {
  std::vector<std::string> patterns;
  for (bool more = !text.empty(); more;) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    const auto value = take_value(text);
    if (!value) return value.error();
    const std::string_view pattern = trim(*value);
    if (!pattern.empty()) patterns.emplace_back(pattern);
    more = text.starts_with(',');
    if (more) text.remove_prefix(1);
  }
  return patterns;
}

}  // namespace sonde::redis
