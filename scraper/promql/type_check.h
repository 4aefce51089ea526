#pragma once
// The rules that the grammar does not have: types of operands and arguments, counts, matching. Reads the
// function table; fills in what follows from the types (set operators match many to many).

#include "common/core/result.h"
#include "scraper/promql/ast.h"
#include "scraper/promql/parser.h"

namespace sonde::promql {

// The error's text is without position; its range is the offending node.
Status check_types(Expr& expr, const ParserOptions& options);

}  // namespace sonde::promql
