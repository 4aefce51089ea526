#pragma once
// Runs a script in the reference's test language against the engine: `load` makes series, `eval` states what
// a query gives. Blank lines end a block; # starts a comment line. Every load is stored in two layouts, as
// one group and as a group per series, and every instant query is also the middle of a range query; all must
// agree.

#include <string>
#include <string_view>
#include <vector>

namespace sonde::promql {

struct ScriptReport {
  size_t evaluations = 0;
  std::vector<std::string> failures;  // "line 12: …"
};

ScriptReport run_script(std::string_view text, bool delayed_name_removal);

}  // namespace sonde::promql
