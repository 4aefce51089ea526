#include "scraper/promql/ast.h"

#include <array>
#include <utility>

#include "scraper/promql/function_table.h"

namespace sonde::promql {
namespace {

constexpr std::array<std::string_view, 14> kAggregateTexts{
    "avg", "bottomk", "count",    "count_values", "group",  "limitk", "limit_ratio",
    "max", "min",     "quantile", "stddev",       "stdvar", "sum",    "topk"};
constexpr std::array<std::string_view, 18> kOperatorTexts{"+",     "-",  "*",  "/",   "%",  "^",
                                                          "atan2", "==", "!=", "<",   "<=", ">",
                                                          ">=",    "</", ">/", "and", "or", "unless"};

void collect_selectors(const Expr& expr, std::vector<const VectorSelector*>& out) {
  if (const auto* selector = expr.as<VectorSelector>()) out.push_back(selector);
  for (const Expr* child : children(expr)) collect_selectors(*child, out);
}

}  // namespace

std::string_view type_name(ValueType type) {
  constexpr std::array<std::string_view, 5> kNames{"none", "scalar", "vector", "matrix", "string"};
  return kNames[static_cast<size_t>(type)];
}

std::string_view documented_type(ValueType type) {
  constexpr std::array<std::string_view, 5> kNames{"none", "scalar", "instant vector", "range vector",
                                                   "string"};
  return kNames[static_cast<size_t>(type)];
}

bool is_comparison(BinaryOp op) {
  return op >= BinaryOp::Equal && op <= BinaryOp::GreaterEqual;
}
bool is_set_operator(BinaryOp op) {
  return op >= BinaryOp::And;
}
std::string_view operator_text(BinaryOp op) {
  return kOperatorTexts[static_cast<size_t>(op)];
}
std::string_view aggregate_text(AggregateOp op) {
  return kAggregateTexts[static_cast<size_t>(op)];
}

ValueType value_type(const Expr& expr) {
  struct Visitor {
    ValueType operator()(const NumberLiteral&) const { return ValueType::Scalar; }
    ValueType operator()(const StringLiteral&) const { return ValueType::String; }
    ValueType operator()(const VectorSelector&) const { return ValueType::Vector; }
    ValueType operator()(const MatrixSelector&) const { return ValueType::Matrix; }
    ValueType operator()(const Subquery&) const { return ValueType::Matrix; }
    ValueType operator()(const Call& call) const { return call.function->returns; }
    ValueType operator()(const Aggregate&) const { return ValueType::Vector; }
    ValueType operator()(const Binary& binary) const {
      const bool scalars =
          value_type(*binary.left) == ValueType::Scalar && value_type(*binary.right) == ValueType::Scalar;
      return scalars ? ValueType::Scalar : ValueType::Vector;
    }
    ValueType operator()(const Unary& unary) const { return value_type(*unary.expr); }
    ValueType operator()(const Paren& paren) const { return value_type(*paren.expr); }
  };
  return std::visit(Visitor{}, expr.node);
}

const Expr& without_parens(const Expr& expr) {
  const Expr* at = &expr;
  while (const auto* paren = at->as<Paren>()) at = paren->expr.get();
  return *at;
}

std::vector<const Expr*> children(const Expr& expr) {
  struct Visitor {
    std::vector<const Expr*> operator()(const NumberLiteral&) const { return {}; }
    std::vector<const Expr*> operator()(const StringLiteral&) const { return {}; }
    std::vector<const Expr*> operator()(const VectorSelector&) const { return {}; }
    std::vector<const Expr*> operator()(const MatrixSelector& matrix) const {
      return {matrix.selector.get()};
    }
    std::vector<const Expr*> operator()(const Subquery& subquery) const { return {subquery.expr.get()}; }
    std::vector<const Expr*> operator()(const Call& call) const {
      std::vector<const Expr*> out;
      for (const ExprPtr& arg : call.args) out.push_back(arg.get());
      return out;
    }
    std::vector<const Expr*> operator()(const Aggregate& aggregate) const {
      if (aggregate.param) return {aggregate.param.get(), aggregate.expr.get()};
      return {aggregate.expr.get()};
    }
    std::vector<const Expr*> operator()(const Binary& binary) const {
      return {binary.left.get(), binary.right.get()};
    }
    std::vector<const Expr*> operator()(const Unary& unary) const { return {unary.expr.get()}; }
    std::vector<const Expr*> operator()(const Paren& paren) const { return {paren.expr.get()}; }
  };
  return std::visit(Visitor{}, expr.node);
}

std::vector<const VectorSelector*> selectors(const Expr& expr) {
  std::vector<const VectorSelector*> out;
  collect_selectors(expr, out);
  return out;
}

}  // namespace sonde::promql
