#include "scraper/config/environment.h"

#include <algorithm>
#include <cstdlib>

namespace sonde::config {
namespace {

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A variable of one character, as in a shell: $$, $1.
bool is_special(char c) {
  return std::string_view("*#$@!?-0123456789").find(c) != std::string_view::npos;
}

struct Variable {
  std::string_view name;
  size_t length = 0;  // bytes behind the dollar that belong to it; 0 where the dollar stands for itself
};

// `text` begins behind a dollar.
Variable read_variable(std::string_view text) {
  if (text.empty()) return {};
  if (text.front() == '{') {
    const size_t end = text.find('}');
    if (end == std::string_view::npos) return {{}, 1};  // As in Go, what cannot be read is left out.
    return {text.substr(1, end - 1), end + 1};
  }
  if (is_special(text.front())) return {text.substr(0, 1), 1};
  const auto end = std::ranges::find_if_not(text, is_name_byte);
  const auto length = static_cast<size_t>(end - text.begin());
  return {text.substr(0, length), length};
}

std::string value_of(std::string_view name, std::vector<std::string>& warnings) {
  if (name == "$") return "$";
  const char* value = std::getenv(std::string(name).c_str());
  if (value != nullptr && *value != '\0') return value;
  warnings.push_back("external_labels: the environment variable " + std::string(name) + " is empty");
  return {};
}

}  // namespace

std::string expand_environment(std::string_view text, std::vector<std::string>& warnings) {
  std::string out;
  while (!text.empty()) {
    const size_t dollar = std::min(text.find('$'), text.size());
    out += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) break;
    text.remove_prefix(1);
    const Variable variable = read_variable(text);
    text.remove_prefix(variable.length);
    if (variable.length == 0) {
      out += '$';
    } else if (!variable.name.empty()) {
      out += value_of(variable.name, warnings);
    }
  }
  return out;
}

}  // namespace sonde::config
