#pragma once
// The tree of a PromQL expression: plain structs in a variant, each with the bytes of the query it came from.
// Built by parser.h, read by the printer, the engine and the API; nothing here knows storage. A tree is
// immutable once parsed and may be shared by threads.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/matcher.h"

namespace sonde::promql {

enum class ValueType : uint8_t { None, Scalar, Vector, Matrix, String };

// "scalar", "vector", "matrix", "string": the API's resultType.
std::string_view type_name(ValueType type);
// "scalar", "instant vector", "range vector", "string": the words of error messages.
std::string_view documented_type(ValueType type);

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;
struct FunctionSpec;  // function_table.h

// Arithmetic inside [ ], a subquery's parts and a parenthesised offset. Most durations are literals and have
// none.
enum class DurationOp : uint8_t {
  Literal,
  Group,
  Plus,
  Minus,
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
  Power,
  Step,
  Range,
  MinOf,
  MaxOf
};
struct DurationNode;
using DurationNodePtr = std::unique_ptr<DurationNode>;
struct DurationNode {
  DurationOp op = DurationOp::Literal;
  double seconds = 0;        // of a literal
  bool as_duration = false;  // the literal was "5m" and not "300"
  DurationNodePtr left;      // the operand of a group or a sign
  DurationNodePtr right;
  ByteRange range;
};

// A duration of the query: `ms` unless `node` is set, which the engine evaluates (step() and range() depend
// on the query).
struct Duration {
  int64_t ms = 0;
  DurationNodePtr node;
};

enum class AtKind : uint8_t { None, Time, Start, End };

// offset and @ of a selector or a subquery.
struct Modifiers {
  Duration offset;
  AtKind at = AtKind::None;
  int64_t at_ms = 0;
};

enum class Extension : uint8_t { None, Anchored, Smoothed };

struct NumberLiteral {
  double value = 0;
  bool as_duration = false;  // was written "5m"
};
struct StringLiteral {
  std::string value;
};
struct VectorSelector {
  std::string name;               // written before the braces; its matcher is in `matchers` too
  std::vector<Matcher> matchers;  // in written order, the one of `name` last
  Modifiers modifiers;
  Extension extension = Extension::None;
};
struct MatrixSelector {
  ExprPtr selector;  // always a VectorSelector, which has the modifiers
  Duration range;
};
struct Subquery {
  ExprPtr expr;
  Duration range;
  Duration step;  // 0 and no node: the default
  Modifiers modifiers;
};
struct Call {
  const FunctionSpec* function = nullptr;  // a row of the table: lives for ever
  std::vector<ExprPtr> args;
};

enum class AggregateOp : uint8_t {
  Avg,
  BottomK,
  Count,
  CountValues,
  Group,
  LimitK,
  LimitRatio,
  Max,
  Min,
  Quantile,
  Stddev,
  Stdvar,
  Sum,
  TopK
};
struct Aggregate {
  AggregateOp op = AggregateOp::Sum;
  ExprPtr expr;
  ExprPtr param;  // null for most
  std::vector<std::string> grouping;
  bool without = false;
};

enum class BinaryOp : uint8_t {
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
  Power,
  Atan2,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  TrimUpper,
  TrimLower,
  And,
  Or,
  Unless
};
bool is_comparison(BinaryOp op);
bool is_set_operator(BinaryOp op);
std::string_view operator_text(BinaryOp op);
std::string_view aggregate_text(AggregateOp op);

enum class Cardinality : uint8_t { OneToOne, ManyToOne, OneToMany, ManyToMany };
struct VectorMatching {
  Cardinality cardinality = Cardinality::OneToOne;
  bool on = false;
  std::vector<std::string> labels;
  std::vector<std::string> include;
  std::optional<double> fill_left;
  std::optional<double> fill_right;
  bool stated = false;  // on or ignoring was written
};
struct Binary {
  BinaryOp op = BinaryOp::Add;
  ExprPtr left;
  ExprPtr right;
  bool return_bool = false;
  VectorMatching matching;
  ByteRange op_range;
};
struct Unary {
  bool negate = false;
  ExprPtr expr;
};
struct Paren {
  ExprPtr expr;
};

struct Expr {
  using Node = std::variant<NumberLiteral, StringLiteral, VectorSelector, MatrixSelector, Subquery, Call,
                            Aggregate, Binary, Unary, Paren>;
  Node node;
  ByteRange range;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  T* as() {
    return std::get_if<T>(&node);
  }
};

template <class T>
ExprPtr make_expr(T node, ByteRange range) {
  return std::make_unique<Expr>(Expr{std::move(node), range});
}

ValueType value_type(const Expr& expr);

// The expression inside any number of parentheses.
const Expr& without_parens(const Expr& expr);

// The children in written order.
std::vector<const Expr*> children(const Expr& expr);

// Every vector selector of the tree, in written order; they point into it.
std::vector<const VectorSelector*> selectors(const Expr& expr);

}  // namespace sonde::promql
