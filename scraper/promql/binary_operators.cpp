#include "scraper/promql/binary_operators.h"

#include <cmath>
#include <utility>

#include "scraper/promql/function_call.h"

namespace sonde::promql {
namespace {

// One operand is a scalar. A filter keeps the vector's values, wherever the scalar stands.
Tile combine_with_scalar(const Binary& binary, Tile tile, const std::vector<double>& scalar,
                         bool scalar_left) {
  const BinaryOp op = binary.op;
  const bool filter = is_comparison(op) && !binary.return_bool;
  for (size_t row = 0; row < tile.rows(); ++row) {
    double* values = tile.values(row);
    uint64_t* bits = tile.bits(row);
    for_each_bit(bits, tile.steps(), [&](size_t step) {
      const double out = scalar_left ? apply_operator(op, scalar[step], values[step])
                                     : apply_operator(op, values[step], scalar[step]);
      if (!filter) {
        values[step] = out;
      } else if (out == 0) {
        clear_bit(bits, step);
      }
    });
  }
  return tile;
}

Status drop_names(Tile& tile, bool delayed) {
  for (size_t row = 0; row < tile.rows(); ++row) {
    if (delayed) {
      tile.set_drop_name(row, true);
    } else {
      tile.labels(row).remove(kMetricName);
    }
  }
  return delayed ? Status(Ok{}) : check_unique_labels(tile);
}

}  // namespace

bool has_float_result(BinaryOp op) {
  return op != BinaryOp::TrimLower && op != BinaryOp::TrimUpper;
}

double apply_operator(BinaryOp op, double left, double right) {
  const auto truth = [](bool value) { return value ? 1.0 : 0.0; };
  switch (op) {
    case BinaryOp::Add:
      return left + right;
    case BinaryOp::Subtract:
      return left - right;
    case BinaryOp::Multiply:
      return left * right;
    case BinaryOp::Divide:
      return left / right;
    case BinaryOp::Modulo:
      return std::fmod(left, right);
    case BinaryOp::Power:
      return std::pow(left, right);
    case BinaryOp::Atan2:
      return std::atan2(left, right);
    case BinaryOp::Equal:
      return truth(left == right);
    case BinaryOp::NotEqual:
      return truth(left != right);
    case BinaryOp::Less:
      return truth(left < right);
    case BinaryOp::LessEqual:
      return truth(left <= right);
    case BinaryOp::Greater:
      return truth(left > right);
    case BinaryOp::GreaterEqual:
      return truth(left >= right);
    default:
      return 0;
  }
}

Result<Value> combine(const Binary& binary, Value left, Value right, QueryState& state) {
  const bool left_scalar = left.type == ValueType::Scalar;
  const bool right_scalar = right.type == ValueType::Scalar;
  if (left_scalar && right_scalar) {
    if (!has_float_result(binary.op)) return execution_error("histogram operators need a histogram");
    for (size_t step = 0; step < left.scalar.size(); ++step) {
      left.scalar[step] = apply_operator(binary.op, left.scalar[step], right.scalar[step]);
    }
    return left;
  }
  if (!left_scalar && !right_scalar) {
    auto tile = combine_vectors(binary, std::move(left.tile), std::move(right.tile), state);
    if (!tile) return tile.error();
    return Value::vector(std::move(*tile));
  }
  if (!has_float_result(binary.op)) {
    state.annotations.info("incompatible sample types encountered for binary operator \"" +
                               std::string(operator_text(binary.op)) + "\": float " +
                               std::string(operator_text(binary.op)) + " float",
                           {binary.left->range.begin, binary.right->range.end});
    return Value::vector(Tile(left_scalar ? right.tile.steps() : left.tile.steps()));
  }
  Tile tile = left_scalar ? combine_with_scalar(binary, std::move(right.tile), left.scalar, true)
                          : combine_with_scalar(binary, std::move(left.tile), right.scalar, false);
  if (is_comparison(binary.op) && !binary.return_bool) {
    tile.remove_empty_rows();
  } else if (auto status = drop_names(tile, state.options.delayed_name_removal); !status) {
    return status.error();
  }
  return Value::vector(std::move(tile));
}

}  // namespace sonde::promql
