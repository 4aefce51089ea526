#pragma once
// Rows of cells as text, each column as wide as its widest cell.

#include <string>
#include <vector>

namespace sonde::ctl {

std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace sonde::ctl
