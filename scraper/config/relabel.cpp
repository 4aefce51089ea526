#include "scraper/config/relabel.h"

#include <locale.h>
#include <openssl/evp.h>
#include <re2/re2.h>
#include <wctype.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/check.h"
#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::config {
namespace {

constexpr std::string_view kDefaultRegex = "(.*)";
constexpr std::string_view kDefaultReplacement = "$1";
constexpr std::string_view kDefaultSeparator = ";";
constexpr size_t kRegexMemoryBytesMax = 8 << 20;

struct ActionRow {
  std::string_view name;
  RelabelAction action;
  bool needs_target;       // `target_label` must be given
  bool fixed_replacement;  // `replacement` may not be given
};
constexpr std::array kActions{
    ActionRow{"drop", RelabelAction::Drop, false, false},
    ActionRow{"dropequal", RelabelAction::DropEqual, true, true},
    ActionRow{"hashmod", RelabelAction::HashMod, true, false},
    ActionRow{"keep", RelabelAction::Keep, false, false},
    ActionRow{"keepequal", RelabelAction::KeepEqual, true, true},
    ActionRow{"labeldrop", RelabelAction::LabelDrop, false, false},
    ActionRow{"labelkeep", RelabelAction::LabelKeep, false, false},
    ActionRow{"labelmap", RelabelAction::LabelMap, false, false},
    ActionRow{"lowercase", RelabelAction::Lowercase, true, true},
    ActionRow{"replace", RelabelAction::Replace, true, false},
    ActionRow{"uppercase", RelabelAction::Uppercase, true, true},
};
static_assert(std::ranges::is_sorted(kActions, {}, &ActionRow::name));

const ActionRow& row_of(RelabelAction action) {
  const auto row = std::ranges::find(kActions, action, &ActionRow::action);
  check(row != kActions.end(), "every relabel action has a row");
  return *row;
}

Error refuse(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

// A name with $1 or ${name} in it. UTF-8 names may hold these characters anyway.
bool is_valid_name_template(std::string_view text, NameValidation validation) {
  if (validation == NameValidation::Utf8) return is_valid_label_name(text, validation);
  static const re2::RE2 legacy(R"((?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+)");
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), legacy);
}

Status check_target(const RelabelSpec& spec, NameValidation validation) {
  const ActionRow& row = row_of(spec.action);
  if (!row.needs_target) return Ok{};
  if (spec.target_label.empty()) {
    return refuse("the action " + std::string(row.name) + " needs a target_label");
  }
  const bool is_template =
      spec.action == RelabelAction::Replace && spec.target_label.find('$') != std::string::npos;
  const bool valid = is_template ? is_valid_name_template(spec.target_label, validation)
                                 : is_valid_label_name(spec.target_label, validation);
  if (valid) return Ok{};
  return refuse(quoted(spec.target_label) + " is no valid target_label for the action " +
                std::string(row.name));
}

Status check_spec(const RelabelSpec& spec, NameValidation validation) {
  const ActionRow& row = row_of(spec.action);
  const std::string name(row.name);
  if (spec.action == RelabelAction::HashMod && spec.modulus == 0) {
    return refuse("the action hashmod needs a modulus that is not zero");
  }
  if (auto status = check_target(spec, validation); !status) return status;
  if (row.fixed_replacement && spec.replacement != kDefaultReplacement) {
    return refuse("replacement cannot be set for the action " + name);
  }
  if (spec.action == RelabelAction::LabelMap && !is_valid_name_template(spec.replacement, validation)) {
    return refuse(quoted(spec.replacement) + " is no valid replacement for the action labelmap");
  }
  const bool plain =
      spec.modulus == 0 && spec.separator == kDefaultSeparator && spec.replacement == kDefaultReplacement;
  const bool compares = spec.action == RelabelAction::DropEqual || spec.action == RelabelAction::KeepEqual;
  if (compares && (!plain || spec.regex)) {
    return refuse("the action " + name + " takes source_labels and target_label, and no other key");
  }
  const bool by_name = spec.action == RelabelAction::LabelDrop || spec.action == RelabelAction::LabelKeep;
  if (by_name && (!plain || !spec.source_labels.empty() || !spec.target_label.empty())) {
    return refuse("the action " + name + " takes regex, and no other key");
  }
  return Ok{};
}

std::string join(const RelabelSpec& spec, const Labels& labels) {
  std::string out;
  for (size_t i = 0; i < spec.source_labels.size(); ++i) {
    if (i > 0) out += spec.separator;
    out += labels.get(spec.source_labels[i]);
  }
  return out;
}

// The last eight bytes of the MD5, as earlier versions of the reference left it.
uint64_t hash_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_md5(), nullptr);
  check(done == 1 && length == 16, "MD5 is available");
  uint64_t out = 0;
  for (size_t i = 8; i < 16; ++i) out = out << 8 | digest[i];
  return out;
}

// Reads one code point of valid UTF-8 and moves `text` behind it.
uint32_t take_rune(std::string_view& text) {
  const auto byte = static_cast<unsigned char>(text.front());
  const size_t length = std::min<size_t>(text.size(), byte < 0x80   ? 1
                                                      : byte < 0xE0 ? 2
                                                      : byte < 0xF0 ? 3
                                                                    : 4);
  uint32_t rune = length == 1 ? byte : byte & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) rune = rune << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  text.remove_prefix(length);
  return rune;
}

// Letter by letter, all of Unicode, whatever the process's locale is.
std::string change_case(std::string_view text, bool to_upper) {
  static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto letter = static_cast<wint_t>(take_rune(text));
    if (letter < 0x80 || unicode == nullptr) {
      if (to_upper && letter >= 'a' && letter <= 'z') letter -= 'a' - 'A';
      if (!to_upper && letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
    } else {
      letter = to_upper ? towupper_l(letter, unicode) : towlower_l(letter, unicode);
    }
    append_utf8(out, letter);
  }
  return out;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// "$name" or "${name}" at the start of `text`: the name, and how many bytes it takes; nothing for a lone "$".
struct Reference {
  std::string_view name;
  size_t length = 0;
};
std::optional<Reference> read_reference(std::string_view text) {
  const bool braced = text.size() > 1 && text[1] == '{';
  const size_t begin = braced ? 2 : 1;
  size_t end = begin;
  while (end < text.size() && is_word(text[end])) ++end;
  if (end == begin || (braced && (end == text.size() || text[end] != '}'))) return std::nullopt;
  return Reference{text.substr(begin, end - begin), end + (braced ? 1 : 0)};
}

}  // namespace

std::string_view name_of(RelabelAction action) {
  return row_of(action).name;
}

std::optional<RelabelAction> parse_relabel_action(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  const auto row = std::ranges::find(kActions, std::string_view(lower), &ActionRow::name);
  if (row == kActions.end()) return std::nullopt;
  return row->action;
}

bool is_valid_label_name(std::string_view name, NameValidation validation) {
  return validation == NameValidation::Legacy ? is_legacy_label_name(name)
                                              : !name.empty() && is_valid_utf8(name);
}

Result<RelabelRule> RelabelRule::make(RelabelSpec spec, NameValidation validation) {
  const std::string regex = spec.regex.value_or(std::string(kDefaultRegex));
  auto matcher = Matcher::make(MatchType::Regex, "", regex);
  if (!matcher) return matcher.error();
  if (auto status = check_spec(spec, validation); !status) return status.error();
  const bool takes_groups = spec.action == RelabelAction::Replace || spec.action == RelabelAction::LabelMap;
  RelabelRule rule(std::make_shared<const RelabelSpec>(std::move(spec)), validation, std::move(*matcher));
  if (!takes_groups) return rule;

  const RelabelSpec& made = *rule.spec_;
  const bool is_replace = made.action == RelabelAction::Replace;
  rule.whole_value_ = is_replace && regex == kDefaultRegex && made.replacement == kDefaultReplacement &&
                      made.target_label.find('$') == std::string::npos;
  if (rule.whole_value_) return rule;
  if (made.replacement.find('$') != std::string::npos || made.target_label.find('$') != std::string::npos) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kRegexMemoryBytesMax);
    options.set_dot_nl(true);
    rule.expression_ = std::make_shared<re2::RE2>("^(?s:" + regex + ")$", options);
    if (!rule.expression_->ok()) return refuse(rule.expression_->error());
  }
  rule.target_ = rule.compile_template(made.target_label);
  rule.replacement_ = rule.compile_template(made.replacement);
  return rule;
}

// Go's Regexp.Expand: an unknown group is empty, "$$" is a dollar, a "$" before anything else is itself.
RelabelRule::Template RelabelRule::compile_template(std::string_view text) const {
  Template out(1);
  while (!text.empty()) {
    if (text.front() != '$') {
      const size_t length = std::min(text.find('$'), text.size());
      out.back().literal += text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    const auto reference = read_reference(text);
    if (!reference) {
      out.back().literal += '$';
      text.remove_prefix(text.starts_with("$$") ? 2 : 1);
      continue;
    }
    text.remove_prefix(reference->length);
    if (expression_ == nullptr) continue;
    const auto number = parse_unsigned(reference->name);
    const auto groups = static_cast<uint64_t>(expression_->NumberOfCapturingGroups());
    const auto& names = expression_->NamedCapturingGroups();
    const auto named = names.find(std::string(reference->name));
    if (number && *number <= groups) {
      out.back().group = static_cast<int>(*number);
    } else if (!number && named != names.end()) {
      out.back().group = named->second;
    } else {
      continue;
    }
    out.emplace_back();
  }
  return out;
}

namespace {

std::string expand(const auto& pieces, const std::vector<std::string_view>& groups) {
  std::string out;
  for (const auto& piece : pieces) {
    out += piece.literal;
    if (piece.group >= 0) out += groups[static_cast<size_t>(piece.group)];
  }
  return out;
}

}  // namespace

// False when the expression does not match. Without an expression to capture with there are no groups.
bool RelabelRule::match_groups(std::string_view text, std::vector<std::string_view>& groups) const {
  if (!matcher_.matches(text)) return false;
  if (expression_ == nullptr) return true;
  const auto count = static_cast<size_t>(expression_->NumberOfCapturingGroups()) + 1;
  std::vector<re2::StringPiece> found(count);
  const re2::StringPiece input(text.data(), text.size());
  if (!expression_->Match(input, 0, text.size(), re2::RE2::ANCHOR_BOTH, found.data(),
                          static_cast<int>(count))) {
    return false;
  }
  groups.clear();
  for (const re2::StringPiece& piece : found) groups.emplace_back(piece.data(), piece.size());
  return true;
}

void RelabelRule::replace(const std::string& joined, Labels& labels) const {
  if (whole_value_) return labels.set(spec_->target_label, joined);
  std::vector<std::string_view> groups;
  if (!match_groups(joined, groups)) return;
  const std::string target = expand(target_, groups);
  if (!is_valid_label_name(target, validation_)) return;
  labels.set(target, expand(replacement_, groups));
}

void RelabelRule::map_names(Labels& labels) const {
  const Labels before = labels;
  std::vector<std::string_view> groups;
  for (const Label& label : before) {
    if (match_groups(label.name, groups)) labels.set(expand(replacement_, groups), label.value);
  }
}

void RelabelRule::drop_names(Labels& labels, bool matching) const {
  std::vector<std::string> names;
  for (const Label& label : labels) {
    if (matcher_.matches(label.name) == matching) names.push_back(label.name);
  }
  for (const std::string& name : names) labels.remove(name);
}

bool RelabelRule::apply(Labels& labels) const {
  const std::string joined = join(*spec_, labels);
  switch (spec_->action) {
    case RelabelAction::Keep:
      return matcher_.matches(joined);
    case RelabelAction::Drop:
      return !matcher_.matches(joined);
    case RelabelAction::KeepEqual:
      return labels.get(spec_->target_label) == joined;
    case RelabelAction::DropEqual:
      return labels.get(spec_->target_label) != joined;
    case RelabelAction::Replace:
      replace(joined, labels);
      break;
    case RelabelAction::HashMod:
      labels.set(spec_->target_label, std::to_string(hash_of(joined) % spec_->modulus));
      break;
    case RelabelAction::LabelMap:
      map_names(labels);
      break;
    case RelabelAction::LabelDrop:
      drop_names(labels, true);
      break;
    case RelabelAction::LabelKeep:
      drop_names(labels, false);
      break;
    case RelabelAction::Lowercase:
      labels.set(spec_->target_label, change_case(joined, false));
      break;
    case RelabelAction::Uppercase:
      labels.set(spec_->target_label, change_case(joined, true));
      break;
  }
  return true;
}

bool relabel(std::span<const RelabelRule> rules, Labels& labels) {
  return std::ranges::all_of(rules, [&labels](const RelabelRule& rule) { return rule.apply(labels); });
}

}  // namespace sonde::config
