#pragma once
// A label matcher of a selector: name, operator, value. Regular expressions are RE2, anchored at both ends,
// and
// "." matches a newline. Literals, alternations of literals, prefixes and suffixes never reach RE2.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace re2 {
class RE2;
}

namespace sonde {

enum class MatchType : uint8_t { Equal, NotEqual, Regex, NotRegex };

class Matcher {
 public:
  // Fails on a regular expression that RE2 refuses or that Go would refuse (`\C`).
  static Result<Matcher> make(MatchType type, std::string name, std::string value);

  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }
  MatchType type() const { return type_; }

  // `text` is the label's value, "" when the label is absent.
  bool matches(std::string_view text) const;
  bool matches_empty() const { return matches({}); }

  // For a positive matcher that can only match these texts (an equality, or an alternation of literals):
  // the texts. Empty when the set is not known.
  const std::vector<std::string>& literals() const;

  // `name=~"value"`, as PromQL writes it.
  std::string to_string() const;

  friend bool operator==(const Matcher& a, const Matcher& b) {
    return a.type_ == b.type_ && a.name_ == b.name_ && a.value_ == b.value_;
  }

 private:
  Matcher(MatchType type, std::string name, std::string value)
      : type_(type), name_(std::move(name)), value_(std::move(value)) {}
  bool regex_matches(std::string_view text) const;

  MatchType type_;
  std::string name_;
  std::string value_;
  std::vector<std::string> literals_;
  std::string prefix_;                     // every match starts with it
  std::string suffix_;                     // every match ends with it
  bool any_ = false;                       // ".*"
  bool any_nonempty_ = false;              // ".+"
  bool affixes_suffice_ = false;           // prefix_ + ".*" + suffix_ is the whole expression
  std::shared_ptr<const re2::RE2> regex_;  // Shared: matchers are copied into plans; RE2 is immutable.
};

}  // namespace sonde
