#pragma once
// Which devices, mount points or fields a collector shows: regular expressions that are searched for anywhere
// in the name (RE2, as in the original). Immutable once made.

#include <memory>
#include <string>
#include <string_view>

#include "common/core/log.h"
#include "common/core/result.h"

namespace re2 {
class RE2;
}

namespace sonde::node {

// A regular expression of a flag. Matches where it is found anywhere in the text.
class Pattern {
 public:
  // `flag` is for the message: "--collector.netstat.fields".
  static Result<Pattern> make(std::string_view flag, const std::string& expression);
  Pattern(Pattern&&) noexcept;
  ~Pattern();
  bool matches(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> expression);
  std::unique_ptr<re2::RE2> expression_;
};

// The flags of one filter, with the deprecated names of the original.
struct FilterFlags {
  std::string_view include_flag;  // "--collector.netdev.device-include"
  std::string_view exclude_flag;
  std::string_view old_include_flag;  // "" where the original never had one
  std::string_view old_exclude_flag;
  std::string include;
  std::string exclude;  // its default until given
  std::string old_include;
  std::string old_exclude;
  bool exclude_given = false;
};

class DeviceFilter {
 public:
  // Refuses what the original refuses: an old name beside the new one, include beside exclude. An include
  // clears a default exclude.
  static Result<DeviceFilter> make(const FilterFlags& flags, Logger& logger);
  DeviceFilter(DeviceFilter&&) noexcept;
  ~DeviceFilter();

  // Whether `name` is to be left out.
  bool ignores(std::string_view name) const;

 private:
  DeviceFilter();
  std::unique_ptr<Pattern> include_;
  std::unique_ptr<Pattern> exclude_;
};

}  // namespace sonde::node
