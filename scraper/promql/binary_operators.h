#pragma once
// Binary operators between evaluated operands: scalars, a vector and a scalar, two vectors. Vectors are
// matched by group numbers, given once per query from the labels that take part.

#include "common/core/result.h"
#include "scraper/promql/ast.h"
#include "scraper/promql/query_state.h"
#include "scraper/promql/value.h"

namespace sonde::promql {

Result<Value> combine(const Binary& binary, Value left, Value right, QueryState& state);

// vector_matching.cpp
Result<Tile> combine_vectors(const Binary& binary, Tile left, Tile right, QueryState& state);

// The arithmetic of one pair of values. For a comparison: 1 or 0.
double apply_operator(BinaryOp op, double left, double right);

// Histogram trimming of floats and the like: never a sample.
bool has_float_result(BinaryOp op);

}  // namespace sonde::promql
