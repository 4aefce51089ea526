#include "scraper/promql/type_check.h"

#include <algorithm>
#include <string>

#include "common/core/text.h"
#include "scraper/promql/function_table.h"

namespace sonde::promql {
namespace {

constexpr size_t kMessageBytesMax = 1000;

Error wrong(ByteRange range, std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message), range);
}

Status expect_type(const Expr& expr, ValueType want, std::string_view context) {
  const ValueType got = value_type(expr);
  if (got == want) return Ok{};
  return wrong(expr.range, "expected type " + std::string(documented_type(want)) + " in " +
                               std::string(context) + ", got " + std::string(documented_type(got)));
}

bool is_operand(ValueType type) {
  return type == ValueType::Scalar || type == ValueType::Vector;
}

Status check_selector(const VectorSelector& selector, ByteRange range) {
  if (!selector.name.empty()) {
    for (size_t i = 0; i + 1 < selector.matchers.size(); ++i) {
      const Matcher& matcher = selector.matchers[i];
      if (matcher.name() != kMetricName) continue;
      return wrong(range, "metric name must not be set twice: " + quoted(selector.name, kMessageBytesMax) +
                              " or " + quoted(matcher.value(), kMessageBytesMax));
    }
    return Ok{};
  }
  if (std::ranges::all_of(selector.matchers, &Matcher::matches_empty)) {
    return wrong(range, "vector selector must contain at least one non-empty matcher");
  }
  return Ok{};
}

Status check_argument_count(const Call& call, ByteRange range) {
  const FunctionSpec& function = *call.function;
  const size_t params = function.param_count();
  const size_t got = call.args.size();
  const std::string tail =
      " argument(s) in call to " + quoted(function.name) + ", got " + std::to_string(got);
  if (function.variadic == 0) {
    if (got != params) return wrong(range, "expected " + std::to_string(params) + tail);
    return Ok{};
  }
  const size_t least = params - 1;
  if (got < least) return wrong(range, "expected at least " + std::to_string(least) + tail);
  if (function.variadic < 0) return Ok{};
  const size_t most = least + static_cast<size_t>(function.variadic);
  if (got > most) return wrong(range, "expected at most " + std::to_string(most) + tail);
  return Ok{};
}

Status check_call(const Call& call, ByteRange range) {
  if (auto status = check_argument_count(call, range); !status) return status;
  const size_t params = call.function->param_count();
  const std::string context = "call to function " + quoted(call.function->name);
  for (size_t i = 0; i < call.args.size(); ++i) {
    const ValueType want = call.function->params[std::min(i, params - 1)];
    if (auto status = expect_type(*call.args[i], want, context); !status) return status;
  }
  if (call.function->selects_labels && call.args.size() > 1 &&
      call.args[1]->as<VectorSelector>() == nullptr) {
    return wrong(call.args[1]->range, "expected label selectors only");
  }
  return Ok{};
}

Status check_aggregate(const Aggregate& aggregate) {
  if (auto status = expect_type(*aggregate.expr, ValueType::Vector, "aggregation expression"); !status)
    return status;
  if (!aggregate.param) return Ok{};
  const ValueType want = aggregate.op == AggregateOp::CountValues ? ValueType::String : ValueType::Scalar;
  return expect_type(*aggregate.param, want, "aggregation parameter");
}

Status check_vector_operands(Binary& binary, ValueType left, ValueType right, ByteRange range) {
  const bool vectors = left == ValueType::Vector && right == ValueType::Vector;
  VectorMatching& matching = binary.matching;
  const bool is_set = is_set_operator(binary.op);
  if (!vectors) {
    if (!matching.labels.empty()) return wrong(range, "vector matching only allowed between instant vectors");
    if (matching.fill_left || matching.fill_right) {
      return wrong(range, "filling in missing series only allowed between instant vectors");
    }
    matching = {};
  } else if (is_set) {
    if (matching.cardinality != Cardinality::OneToOne && matching.cardinality != Cardinality::ManyToMany) {
      return wrong(range, "no grouping allowed for " + quoted(operator_text(binary.op)) + " operation");
    }
    if (matching.fill_left || matching.fill_right) {
      return wrong(range, "filling in missing series not allowed for set operators");
    }
    matching.cardinality = Cardinality::ManyToMany;
  }
  if (is_set && !vectors) {
    return wrong(range, "set operator " + quoted(operator_text(binary.op)) +
                            " not allowed in binary scalar expression");
  }
  return Ok{};
}

Status check_binary(Binary& binary, ByteRange range) {
  const ValueType left = value_type(*binary.left);
  const ValueType right = value_type(*binary.right);
  if (binary.return_bool && !is_comparison(binary.op)) {
    return wrong(binary.op_range, "bool modifier can only be used on comparison operators");
  }
  if (is_comparison(binary.op) && !binary.return_bool && left == ValueType::Scalar &&
      right == ValueType::Scalar) {
    return wrong(binary.op_range, "comparisons between scalars must use BOOL modifier");
  }
  const VectorMatching& matching = binary.matching;
  for (const std::string& label : matching.labels) {
    if (matching.on && std::ranges::find(matching.include, label) != matching.include.end()) {
      return wrong(binary.op_range, "label " + quoted(label, kMessageBytesMax) +
                                        " must not occur in ON and GROUP clause at once");
    }
  }
  constexpr std::string_view kOperands =
      "binary expression must contain only scalar and instant vector types";
  if (!is_operand(left)) return wrong(binary.left->range, std::string(kOperands));
  if (!is_operand(right)) return wrong(binary.right->range, std::string(kOperands));
  return check_vector_operands(binary, left, right, range);
}

Status check_node(Expr& expr) {
  if (const auto* selector = expr.as<VectorSelector>()) return check_selector(*selector, expr.range);
  if (const auto* call = expr.as<Call>()) return check_call(*call, expr.range);
  if (const auto* aggregate = expr.as<Aggregate>()) return check_aggregate(*aggregate);
  if (auto* binary = expr.as<Binary>()) return check_binary(*binary, expr.range);
  if (const auto* subquery = expr.as<Subquery>()) {
    const ValueType got = value_type(*subquery->expr);
    if (got == ValueType::Vector) return Ok{};
    return wrong(expr.range, "subquery is only allowed on instant vector, got " +
                                 std::string(type_name(got)) + " instead");
  }
  if (const auto* unary = expr.as<Unary>()) {
    const ValueType got = value_type(*unary->expr);
    if (is_operand(got)) return Ok{};
    return wrong(expr.range,
                 "unary expression only allowed on expressions of type scalar or instant vector, got " +
                     quoted(documented_type(got)));
  }
  return Ok{};
}

}  // namespace

Status check_types(Expr& expr, const ParserOptions& options) {
  const auto* info = expr.as<Call>();
  for (const Expr* child : children(expr)) {
    // The second argument of info() is a set of matchers, not a selector of its own.
    const bool matchers_only = info != nullptr && info->function->selects_labels && info->args.size() > 1 &&
                               child == info->args[1].get() && child->as<VectorSelector>() != nullptr;
    if (matchers_only) continue;
    // The tree is being built: its owner hands it over for writing.
    if (auto status = check_types(const_cast<Expr&>(*child), options); !status) return status;
  }
  return check_node(expr);
}

}  // namespace sonde::promql
