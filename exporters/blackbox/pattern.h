#pragma once
// A regular expression of a module: RE2, searched anywhere in the text as the reference does. Made while the
// configuration is read, so that a bad one is refused there.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/yaml/value.h"

namespace re2 {
class RE2;
}

namespace sonde::blackbox {

class Pattern {
 public:
  Pattern() = default;
  bool empty() const { return regex_ == nullptr; }
  const std::string& text() const { return text_; }
  bool matches(std::string_view text) const;

  // The whole match and then the groups, views into `text`; nullopt when it does not match.
  std::optional<std::vector<std::string_view>> find(std::string_view text) const;
  // Go's Regexp.Expand: $1, ${1}, $name and ${name} are groups of a match, $$ is a dollar; a group that is
  // not there is nothing.
  std::string expand(std::string_view form, const std::vector<std::string_view>& groups) const;

  friend void decode(const yaml::Value& in, Pattern& out);

 private:
  std::string_view group_text(std::string_view name, const std::vector<std::string_view>& groups) const;

  std::string text_;
  std::shared_ptr<const re2::RE2>
      regex_;  // Shared: modules are copied into running probes; RE2 is immutable.
};

}  // namespace sonde::blackbox
