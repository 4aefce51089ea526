#pragma once
// Whether the records of one section of a DNS answer are what a module wants. Pure functions.

#include <optional>
#include <string>
#include <vector>

#include "exporters/blackbox/module.h"

namespace sonde::blackbox {

// Why they are not, or nullopt.
std::optional<std::string> find_bad_record(const std::vector<std::string>& records,
                                           const RecordValidator& wanted);

}  // namespace sonde::blackbox
