#pragma once
// Reads a duration: literals become milliseconds at once, arithmetic becomes a tree for the engine.

#include "common/core/result.h"
#include "scraper/promql/ast.h"
#include "scraper/promql/token_cursor.h"

namespace sonde::promql {

enum class DurationPlace : uint8_t {
  Range,   // between brackets: any expression, greater than 0
  Offset,  // a sign and one literal, step(), range() or parenthesised expression; any value
};

Result<Duration> parse_duration_expr(TokenCursor& tokens, DurationPlace place);

}  // namespace sonde::promql
