#pragma once
// The answer of INFO taken apart: "# Section" lines and "field:value" lines, in order. Views point into the
// text, which must outlive this.

#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace sonde::redis {

struct InfoLine {
  std::string_view section;
  std::string_view field;
  std::string_view value;
};

class Info {
 public:
  explicit Info(std::string_view text);

  std::span<const InfoLine> lines() const { return lines_; }
  // The first value of a field, "" when there is none.
  std::string_view get(std::string_view field) const;
  bool has_section(std::string_view section) const;

 private:
  std::vector<InfoLine> lines_;
};

// The value of one key of "keys=1,expires=0,avg_ttl=0", "" when it has none.
std::string_view get_part(std::string_view value, std::string_view key);

}  // namespace sonde::redis
