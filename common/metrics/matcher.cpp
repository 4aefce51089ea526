#include "common/metrics/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "common/core/text.h"
#include "common/metrics/labels.h"

namespace sonde {
namespace {

constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";
constexpr size_t kRegexMemoryBytesMax = 8 << 20;
constexpr size_t kLiteralsMax = 1000;

bool is_literal(std::string_view text) {
  return text.find_first_of(kSpecial) == std::string_view::npos;
}

// "a|b|c" or "(a|b|c)" of plain literals; empty when it is anything else.
std::vector<std::string> alternatives(std::string_view regex) {
  if (regex.size() >= 2 && regex.front() == '(' && regex.back() == ')') {
    regex = regex.substr(regex.starts_with("(?:") ? 3 : 1);
    regex.remove_suffix(1);
  }
  std::vector<std::string> out;
  for (const std::string_view piece : split(regex, '|')) {
    if (!is_literal(piece) || out.size() == kLiteralsMax) return {};
    out.emplace_back(piece);
  }
  return out;
}

// `\C` is RE2's only: one byte, which Go refuses.
bool has_byte_class(std::string_view regex) {
  for (size_t i = 0; i + 1 < regex.size(); ++i) {
    if (regex[i] != '\\') continue;
    if (regex[i + 1] == 'C') return true;
    ++i;
  }
  return false;
}

}  // namespace

Result<Matcher> Matcher::make(MatchType type, std::string name, std::string value) {
  Matcher out(type, std::move(name), std::move(value));
  if (type == MatchType::Equal) out.literals_ = {out.value_};
  if (type == MatchType::Equal || type == MatchType::NotEqual) return out;

  const std::string& regex = out.value_;
  std::vector<std::string> literals = alternatives(regex);
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryBytesMax);
  options.set_dot_nl(true);
  // Not wrapped in a group with anchors: that would make ")|(" a good expression. FullMatch anchors.
  auto compiled = std::make_shared<re2::RE2>(regex, options);
  if (!compiled->ok() || has_byte_class(regex)) {
    return Error(
        ErrorCode::InvalidArgument,
        "error parsing regexp: " + (compiled->ok() ? "invalid escape sequence: `\\C`" : compiled->error()));
  }
  if (!literals.empty()) {
    std::ranges::sort(literals);
    literals.erase(std::unique(literals.begin(), literals.end()), literals.end());
    out.literals_ = std::move(literals);
    out.regex_ = std::move(compiled);
    return out;
  }
  out.any_ = regex == ".*";
  out.any_nonempty_ = regex == ".+";
  for (const std::string_view wild : {".*", ".+"}) {
    const size_t at = regex.find(wild);
    if (at == std::string::npos) continue;
    const std::string_view before = std::string_view(regex).substr(0, at);
    const std::string_view after = std::string_view(regex).substr(at + 2);
    if (!is_literal(before) || !is_literal(after) || (before.empty() && after.empty())) continue;
    out.prefix_ = before;
    out.suffix_ = after;
    out.affixes_suffice_ = wild == ".*";
  }
  out.regex_ = std::move(compiled);
  return out;
}

bool Matcher::matches(std::string_view text) const {
  switch (type_) {
    case MatchType::Equal:
      return text == value_;
    case MatchType::NotEqual:
      return text != value_;
    case MatchType::Regex:
      return regex_matches(text);
    case MatchType::NotRegex:
      return !regex_matches(text);
  }
  return false;
}

const std::vector<std::string>& Matcher::literals() const {
  static const std::vector<std::string> kNone;
  return type_ == MatchType::NotRegex ? kNone : literals_;
}

bool Matcher::regex_matches(std::string_view text) const {
  if (any_) return true;
  if (any_nonempty_) return !text.empty();
  if (!literals_.empty()) return std::ranges::binary_search(literals_, text, std::less<std::string_view>{});
  if (!prefix_.empty() || !suffix_.empty()) {
    if (text.size() < prefix_.size() + suffix_.size() || !text.starts_with(prefix_) ||
        !text.ends_with(suffix_)) {
      return false;
    }
    if (affixes_suffice_) return true;
  }
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

std::string Matcher::to_string() const {
  constexpr std::string_view kOperators[] = {"=", "!=", "=~", "!~"};
  std::string out = is_legacy_label_name(name_) ? name_ : quoted(name_, name_.size());
  out += kOperators[static_cast<size_t>(type_)];
  out += quoted(value_, value_.size());
  return out;
}

}  // namespace sonde
