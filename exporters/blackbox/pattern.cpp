#include "exporters/blackbox/pattern.h"

#include <re2/re2.h>

#include "common/core/number_text.h"

namespace sonde::blackbox {
namespace {

// Go has no way to name a single byte of UTF-8 text, and RE2 does not say where its pattern is wrong.
bool has_byte_escape(std::string_view pattern) {
  for (size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    if (pattern[i + 1] == 'C') return true;
    ++i;
  }
  return false;
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// The name after a dollar and how many bytes it takes; "" when there is none.
struct Reference {
  std::string_view name;
  size_t size_bytes = 0;
};
Reference read_reference(std::string_view text) {
  const bool braced = text.starts_with('{');
  size_t end = braced ? 1 : 0;
  while (end < text.size() && is_word(text[end])) ++end;
  if (!braced) return {.name = text.substr(0, end), .size_bytes = end};
  if (end == 1 || end == text.size() || text[end] != '}') return {};
  return {.name = text.substr(1, end - 1), .size_bytes = end + 1};
}

}  // namespace

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

std::optional<std::vector<std::string_view>> Pattern::find(std::string_view text) const {
  std::vector<re2::StringPiece> pieces(static_cast<size_t>(regex_->NumberOfCapturingGroups()) + 1);
  const re2::StringPiece whole(text.data(), text.size());
  if (!regex_->Match(whole, 0, whole.size(), re2::RE2::UNANCHORED, pieces.data(),
                     static_cast<int>(pieces.size())))
    return std::nullopt;
  std::vector<std::string_view> out;
  for (const re2::StringPiece& piece : pieces) out.emplace_back(piece.data(), piece.size());
  return out;
}

std::string_view Pattern::group_text(std::string_view name,
                                     const std::vector<std::string_view>& groups) const {
  if (const auto number = parse_unsigned(name)) return *number < groups.size() ? groups[*number] : "";
  const auto& names = regex_->NamedCapturingGroups();
  const auto found = names.find(std::string(name));
  return found == names.end() ? std::string_view() : groups[static_cast<size_t>(found->second)];
}

std::string Pattern::expand(std::string_view form, const std::vector<std::string_view>& groups) const {
  std::string out;
  while (!form.empty()) {
    const size_t dollar = form.find('$');
    out += form.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    form.remove_prefix(dollar + 1);
    if (form.starts_with('$')) {
      out += '$';
      form.remove_prefix(1);
      continue;
    }
    const Reference reference = read_reference(form);
    if (reference.name.empty()) {
      out += '$';  // Malformed: Go keeps it, too.
      continue;
    }
    out += group_text(reference.name, groups);
    form.remove_prefix(reference.size_bytes);
  }
  return out;
}

void decode(const yaml::Value& in, Pattern& out) {
  decode(in, out.text_);
  if (in.failed()) return;
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<re2::RE2>(out.text_, options);
  if (!compiled->ok()) return in.fail("could not compile regular expression: " + compiled->error());
  if (has_byte_escape(out.text_))
    return in.fail("could not compile regular expression: invalid escape sequence: \\C");
  out.regex_ = std::move(compiled);
}

}  // namespace sonde::blackbox
