#pragma once
// Query text to a checked tree. Errors have the reference's text ("1:5: parse error: …") and the byte range
// they are about. Knows neither storage nor evaluation; any thread.

#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/matcher.h"
#include "scraper/promql/ast.h"

namespace sonde::promql {

// What is experimental upstream, under the names of --enable-feature.
struct ParserOptions {
  bool experimental_functions = false;    // promql-experimental-functions
  bool extended_range_selectors = false;  // promql-extended-range-selectors
  bool binop_fill_modifiers = false;      // promql-binop-fill-modifiers
};

inline constexpr size_t kQueryBytesMax = 1 << 20;
inline constexpr size_t kQueryDepthMax = 100;

// Lexed, parsed and type-checked.
Result<ExprPtr> parse(std::string_view query, const ParserOptions& options = {});

// A lone selector without modifiers: match[] of the API, federation.
Result<std::vector<Matcher>> parse_metric_selector(std::string_view text);

// "1:5": line and column, from 1, of a byte of the query.
std::string position_text(std::string_view query, size_t at);

}  // namespace sonde::promql
