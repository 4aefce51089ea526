#pragma once
// $NAME and ${NAME} in external_labels, by the rules of Go's os.Expand.

#include <string>
#include <string_view>
#include <vector>

namespace sonde::config {

// "$$" is a dollar. A variable that is not set is empty, and a warning says so.
std::string expand_environment(std::string_view text, std::vector<std::string>& warnings);

}  // namespace sonde::config
