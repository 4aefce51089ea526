#pragma once
// One row of an answer, its texts by the names of their columns: where servers of different kind and age
// answer with different columns.

#include <algorithm>
#include <string_view>

#include "common/core/text.h"
#include "exporters/mysql/connection.h"

namespace sonde::mysql {

// The table outlives it.
class Row {
 public:
  Row(const Table& table, size_t index) : columns_(table.columns), texts_(table.rows[index]) {}

  // "" for a column that is not there and for NULL; names in any case.
  std::string_view text(std::string_view column) const {
    const auto found = std::ranges::find_if(
        columns_, [&](const std::string& name) { return equals_ignoring_case(name, column); });
    const auto index = static_cast<size_t>(found - columns_.begin());
    return index < texts_.size() && texts_[index] ? std::string_view(*texts_[index]) : "";
  }
  // The first of the two that is there and not empty.
  std::string_view text(std::string_view column, std::string_view newer_column) const {
    const std::string_view old = text(column);
    return old.empty() ? text(newer_column) : old;
  }

 private:
  const std::vector<std::string>& columns_;
  const std::vector<std::optional<std::string>>& texts_;
};

}  // namespace sonde::mysql
