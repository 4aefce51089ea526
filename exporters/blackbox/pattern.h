#pragma once
// A regular expression of a module: RE2, searched anywhere in the text as the reference does. Made while the
// configuration is read, so that a bad one is refused there.

#include <memory>
#include <string>
#include <string_view>

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

  friend void decode(const yaml::Value& in, Pattern& out);

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2>
      regex_;  // Shared: modules are copied into running probes; RE2 is immutable.
};

}  // namespace sonde::blackbox
