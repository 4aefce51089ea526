#pragma once
// The only list of PromQL functions: a row each, every fact a column. The parser, the type checker, the
// engine and the API read it; nothing else compares a function's name. Bodies are in functions/, by family.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "scraper/promql/ast.h"
#include "scraper/promql/function_call.h"

namespace sonde::promql {

inline constexpr size_t kFunctionParamsMax = 5;

// Exactly one of map, range and eval is set, or none where the function is understood but not evaluated.
struct FunctionSpec {
  std::string_view name;
  std::array<ValueType, kFunctionParamsMax> params{};  // None ends the list
  int variadic = 0;  // n > 0: the last parameter may be there 0..n times; -1: any number of times
  ValueType returns = ValueType::Vector;
  bool experimental = false;        // needs promql-experimental-functions
  bool keeps_name = false;          // the result has the metric name
  bool uses_eval_time = false;      // differs from step to step even when its arguments do not
  bool wants_sample_times = false;  // a plain selector as argument gives its samples' times
  bool wants_counter = false;       // tells when the metric's name is not a counter's
  bool selects_labels = false;      // the second argument is a set of matchers
  bool anchored = false;            // works with the anchored modifier
  bool smoothed = false;            // works with the smoothed modifier
  bool sorts = false;               // sets the order of an instant query's result
  MapFn map = nullptr;              // sample by sample; the first argument is the vector
  RangeFn range = nullptr;          // series by series; the one Matrix parameter is the range
  EvalFn eval =
      nullptr;  // the whole call; after `range`, if that is set too, with its tile as first argument

  constexpr size_t param_count() const {
    size_t count = 0;
    while (count < params.size() && params[count] != ValueType::None) ++count;
    return count;
  }
};

// Null if there is none. Case matters.
const FunctionSpec* find_function(std::string_view name);

// All rows, sorted by name.
std::span<const FunctionSpec> functions();

}  // namespace sonde::promql
