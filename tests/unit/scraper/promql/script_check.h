#pragma once
// A script inside a unit test: for what is easier said as a query.

#include <doctest/doctest.h>

#include "script_runner.h"

namespace sonde::promql {

inline void check_script(std::string_view text) {
  const ScriptReport report = run_script(text, false);
  CHECK(report.evaluations > 0);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
}

}  // namespace sonde::promql
