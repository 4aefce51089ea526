#pragma once
// What is wrong with a page's names by the conventions of the ecosystem, in the words of `promtool check
// metrics`, and how many series each family has. Not on any fast path; no state.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::exposition {

struct LintProblem {
  std::string metric;
  std::string text;
  friend auto operator<=>(const LintProblem&, const LintProblem&) = default;
};

// Sorted by metric, then by text. Fails on a page that is not in text format.
Result<std::vector<LintProblem>> lint_page(std::string_view text_page);

struct FamilyCardinality {
  std::string metric;
  size_t series_count = 0;
};

// The largest first; equal ones by name.
Result<std::vector<FamilyCardinality>> count_cardinality(std::string_view text_page);

}  // namespace sonde::exposition
