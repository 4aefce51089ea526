#pragma once
// The text of request targets: query strings as Go's net/url reads them. Pure functions.

#include <string_view>
#include <vector>

#include "common/http_server/request.h"

namespace sonde::http {

inline constexpr size_t kParametersMax = 10'000;  // more are left out

// Appends the pairs of "a=1&b=2": "+" is a blank, a pair with a malformed escape or a ";" is left out.
void append_parameters(std::string_view text, std::vector<Parameter>& out);

// A request line's target without scheme and authority ("http://host/x?y" is "/x?y"), cut at the first "?".
struct Target {
  std::string_view path;
  std::string_view query;
};
Target split_target(std::string_view target);

}  // namespace sonde::http
