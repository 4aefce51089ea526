#include "exporters/pushgateway/group_matcher.h"

#include <algorithm>
#include <array>
#include <string>

#include "common/core/text.h"
#include "common/exposition/text_reader.h"

namespace sonde::pushgateway {
namespace {

struct Operator {
  std::string_view text;
  MatchType type;
};
// Longer ones first.
constexpr std::array kOperators{Operator{"=~", MatchType::Regex}, Operator{"!~", MatchType::NotRegex},
                                Operator{"!=", MatchType::NotEqual}, Operator{"=", MatchType::Equal}};

// Reads one selector from left to right.
class SelectorReader {
 public:
  explicit SelectorReader(std::string_view text) : text_(text), rest_(trim(text)) {}

  Result<GroupSelector> read() {
    GroupSelector selector;
    if (!take("{")) return wrong("want '{'");
    while (!take("}")) {
      if (!selector.empty() && !take(",")) return wrong("want ',' or '}'");
      if (!selector.empty() && take("}")) break;
      auto matcher = read_matcher();
      if (!matcher) return matcher.error();
      selector.push_back(std::move(*matcher));
      if (selector.size() > kMatchersMax) return wrong("too many matchers");
    }
    if (!rest_.empty()) return wrong("unexpected text behind '}'");
    if (std::ranges::all_of(selector, &Matcher::matches_empty)) {
      return wrong("want at least one matcher that does not match an empty value");
    }
    return selector;
  }

 private:
  Error wrong(std::string_view what) const {
    return Error(ErrorCode::InvalidArgument, "match[]: " + std::string(what) + " in " + quoted(text_));
  }
  bool take(std::string_view wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_ = trim(rest_.substr(wanted.size()));
    return true;
  }
  Result<Matcher> read_matcher() {
    const size_t name_end = rest_.find_first_of("=!~ \t");
    const std::string name(rest_.substr(0, name_end));
    if (!is_legacy_label_name(name)) return wrong("want a label name");
    rest_ = trim(rest_.substr(name.size()));
    const auto* op = std::ranges::find_if(kOperators, [&](const Operator& o) { return take(o.text); });
    if (op == kOperators.end()) return wrong("want =, !=, =~ or !~");
    if (!rest_.starts_with('"')) return wrong("want a value in double quotes");
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return wrong("a value is not closed");
    const std::string value = exposition::unescape(rest_.substr(1, end - 1), true);
    rest_ = trim(rest_.substr(end + 1));
    auto matcher = Matcher::make(op->type, name, value);
    if (!matcher) return matcher.error().in("match[]");
    return matcher;
  }

  std::string_view text_;
  std::string_view rest_;
};

}  // namespace

Result<std::vector<GroupSelector>> parse_group_matchers(const std::vector<std::string_view>& texts) {
  if (texts.empty()) return Error(ErrorCode::InvalidArgument, "match[]: want at least one selector");
  if (texts.size() > kMatchersMax) return Error(ErrorCode::InvalidArgument, "match[]: too many selectors");
  std::vector<GroupSelector> selectors;
  for (const std::string_view text : texts) {
    auto selector = SelectorReader(text).read();
    if (!selector) return selector.error();
    selectors.push_back(std::move(*selector));
  }
  return selectors;
}

bool matches_any(const std::vector<GroupSelector>& selectors, const GroupingKey& key) {
  return std::ranges::any_of(selectors, [&](const GroupSelector& selector) {
    return std::ranges::all_of(
        selector, [&](const Matcher& matcher) { return matcher.matches(key.labels.get(matcher.name())); });
  });
}

}  // namespace sonde::pushgateway
