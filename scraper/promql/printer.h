#pragma once
// A tree as text: parse(to_string(x)) is x again. to_string is one line; pretty breaks what is longer than
// 100 columns, as /api/v1/format_query shows it. Comments of the query are gone.

#include <string>

#include "scraper/promql/ast.h"

namespace sonde::promql {

std::string to_string(const Expr& expr);
std::string pretty(const Expr& expr);

// "1m30s", "step() * 2": a duration as it stands between brackets.
std::string to_string(const Duration& duration);

}  // namespace sonde::promql
