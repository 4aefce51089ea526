#include "scraper/promql/duration_parser.h"

#include <cmath>

#include "common/core/text.h"

namespace sonde::promql {
namespace {

constexpr int kUnaryPower = 3;
// 2^63 nanoseconds: what the reference's durations hold.
constexpr double kSecondsMax = 9223372036.0;

Error wrong(ByteRange range, std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message), range);
}

int binding_power(BinaryOp op) {
  switch (op) {
    case BinaryOp::Add:
    case BinaryOp::Subtract:
      return 1;
    case BinaryOp::Multiply:
    case BinaryOp::Divide:
    case BinaryOp::Modulo:
      return 2;
    case BinaryOp::Power:
      return 3;
    default:
      return 0;
  }
}

DurationOp duration_op(BinaryOp op) {
  switch (op) {
    case BinaryOp::Subtract:
      return DurationOp::Subtract;
    case BinaryOp::Multiply:
      return DurationOp::Multiply;
    case BinaryOp::Divide:
      return DurationOp::Divide;
    case BinaryOp::Modulo:
      return DurationOp::Modulo;
    case BinaryOp::Power:
      return DurationOp::Power;
    default:
      return DurationOp::Add;
  }
}

DurationNodePtr make_node(DurationOp op, DurationNodePtr left, DurationNodePtr right, ByteRange range) {
  auto node = std::make_unique<DurationNode>();
  node->op = op;
  node->left = std::move(left);
  node->right = std::move(right);
  node->range = range;
  return node;
}

class DurationParser {
 public:
  explicit DurationParser(TokenCursor& tokens) : tokens_(tokens) {}

  Result<DurationNodePtr> parse_expr(int power) {
    const Nesting nesting(tokens_);
    if (!nesting.ok()) return nesting.error();
    auto left = parse_signed();
    size_t operators = 0;
    while (left && tokens_.peek().kind == TokenKind::Operator) {
      const BinaryOp op = tokens_.peek().op;
      const int binding = binding_power(op);
      if (binding == 0 || binding < power) break;
      if (++operators > kQueryDepthMax) return nesting.error();
      tokens_.next();
      auto right = parse_expr(op == BinaryOp::Power ? binding : binding + 1);
      if (!right) return right;
      const ByteRange range{(*left)->range.begin, (*right)->range.end};
      left = make_node(duration_op(op), std::move(*left), std::move(*right), range);
    }
    return left;
  }

  Result<DurationNodePtr> parse_signed() {
    const Token& token = tokens_.peek();
    const bool sign =
        token.kind == TokenKind::Operator && (token.op == BinaryOp::Add || token.op == BinaryOp::Subtract);
    if (!sign) return parse_primary();
    const ByteRange range = token.range;
    const DurationOp op = token.op == BinaryOp::Add ? DurationOp::Plus : DurationOp::Minus;
    tokens_.next();
    auto operand = offset_only_ ? parse_primary() : parse_expr(kUnaryPower);
    if (!operand) return operand;
    const ByteRange whole{range.begin, (*operand)->range.end};
    if ((*operand)->op == DurationOp::Literal) {
      if (op == DurationOp::Minus) (*operand)->seconds = -(*operand)->seconds;
      (*operand)->range = whole;
      return operand;
    }
    return make_node(op, std::move(*operand), nullptr, whole);
  }

  // An offset ends after its first operand: `a offset 5m - b` subtracts b.
  Result<DurationNodePtr> parse_offset() {
    offset_only_ = true;
    return parse_signed();
  }

 private:
  Result<DurationNodePtr> parse_primary() {
    const Token token = tokens_.peek();
    if (token.kind == TokenKind::Number || token.kind == TokenKind::Duration) {
      tokens_.next();
      auto node = make_node(DurationOp::Literal, nullptr, nullptr, token.range);
      node->seconds = token.number;
      node->as_duration = token.kind == TokenKind::Duration;
      return node;
    }
    if (token.kind == TokenKind::LeftParen) {
      tokens_.next();
      const bool outer = std::exchange(offset_only_, false);
      auto inner = parse_expr(0);
      offset_only_ = outer;
      if (!inner) return inner;
      if (!tokens_.accept(TokenKind::RightParen)) return tokens_.unexpected("duration expression", "\")\"");
      return make_node(DurationOp::Group, std::move(*inner), nullptr,
                       {token.range.begin, tokens_.last_end()});
    }
    if (token.kind == TokenKind::Identifier && tokens_.peek(1).kind == TokenKind::LeftParen)
      return parse_word(token);
    return tokens_.unexpected("duration expression", "number, duration, step(), or range()");
  }

  Result<DurationNodePtr> parse_word(const Token& token) {
    const std::string word = to_lower_ascii(token.text);
    const bool pair = word == "min_of" || word == "max_of";
    if (!pair && word != "step" && word != "range") {
      return tokens_.unexpected("duration expression", "number, duration, step(), or range()");
    }
    tokens_.next();
    tokens_.next();
    DurationNodePtr left;
    DurationNodePtr right;
    if (pair) {
      auto first = parse_expr(0);
      if (!first) return first;
      if (!tokens_.accept(TokenKind::Comma)) return tokens_.unexpected("duration expression", "\",\"");
      auto second = parse_expr(0);
      if (!second) return second;
      left = std::move(*first);
      right = std::move(*second);
    }
    if (!tokens_.accept(TokenKind::RightParen)) return tokens_.unexpected("duration expression", "\")\"");
    const DurationOp op = word == "min_of"   ? DurationOp::MinOf
                          : word == "max_of" ? DurationOp::MaxOf
                          : word == "step"   ? DurationOp::Step
                                             : DurationOp::Range;
    return make_node(op, std::move(left), std::move(right), {token.range.begin, tokens_.last_end()});
  }

  TokenCursor& tokens_;
  bool offset_only_ = false;
};

}  // namespace

Result<Duration> parse_duration_expr(TokenCursor& tokens, DurationPlace place) {
  DurationParser parser(tokens);
  auto node = place == DurationPlace::Offset ? parser.parse_offset() : parser.parse_expr(0);
  if (!node) return node.error();
  Duration duration;
  if ((*node)->op != DurationOp::Literal) {
    duration.node = std::move(*node);
    return duration;
  }
  const double seconds = (*node)->seconds;
  if (place == DurationPlace::Range && seconds <= 0) {
    return wrong((*node)->range, "duration must be greater than 0");
  }
  if (!(std::fabs(seconds) < kSecondsMax)) return wrong((*node)->range, "duration out of range");
  duration.ms = std::llround(seconds * 1000);
  if (place == DurationPlace::Range && duration.ms == 0) {
    return wrong((*node)->range, "duration must be greater than 0");
  }
  return duration;
}

}  // namespace sonde::promql
