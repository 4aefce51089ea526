#include "common/exporter/flag_help.h"

#include <algorithm>

#include "common/core/text.h"

namespace sonde::exporter {
namespace {

constexpr size_t kLineMax = 80;
constexpr size_t kHelpColumn = 33;

// Appends `text` at the help column, broken at blanks, the first line where the cursor is.
void append_wrapped(std::string& out, std::string_view text) {
  size_t column = kHelpColumn;
  bool first = true;
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    if (!first && column + 1 + word.size() > kLineMax) {
      out += '\n';
      out.append(kHelpColumn, ' ');
      column = kHelpColumn;
      first = true;
    }
    if (!first) out += ' ';
    column += word.size() + (first ? 0 : 1);
    out += word;
    first = false;
  }
  out += '\n';
}

void append_row(std::string& out, std::string_view left, std::string_view help) {
  out += left;
  if (left.size() + 2 > kHelpColumn) {
    out += '\n';
    out.append(kHelpColumn, ' ');
  } else {
    out.append(kHelpColumn - left.size(), ' ');
  }
  append_wrapped(out, help);
}

std::string left_side(const FlagHelp& flag) {
  if (flag.is_boolean) return "      --[no-]" + flag.name;
  std::string out = "      --" + flag.name + "=";
  if (!flag.value_name.empty()) {
    out += flag.value_name;
  } else if (flag.default_text.empty()) {
    std::string upper = flag.name;
    std::ranges::transform(upper, upper.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    out += upper;
  } else {
    out += flag.quoted_default ? "\"" + flag.default_text + "\"" : flag.default_text;
  }
  if (flag.repeatable) out += " ...";
  return out;
}

}  // namespace

std::string write_help(std::string_view program, std::string_view description,
                       std::span<const FlagHelp> flags) {
  std::string out = "usage: " + std::string(program) + " [<flags>]\n\n";
  if (!description.empty()) out += std::string(description) + "\n\n";
  out += "\nFlags:\n";
  append_row(out, "  -h, --help", "Show context-sensitive help.");
  for (const FlagHelp& flag : flags) {
    std::string help = flag.help;
    if (!flag.environment.empty()) help += " ($" + flag.environment + ")";
    append_row(out, left_side(flag), help);
  }
  append_row(out, "      --[no-]version", "Show application version.");
  return out;
}

}  // namespace sonde::exporter
