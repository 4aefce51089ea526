// A Pratt parser: parse_expr(power) reads a prefix and then every binary operator that binds at least that
// strongly. What follows a selector ([5m], offset, @) binds tightest and is read in a loop after each
// primary.
#include "scraper/promql/parser.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "common/core/text.h"
#include "common/metrics/labels.h"
#include "scraper/promql/duration_parser.h"
#include "scraper/promql/function_table.h"
#include "scraper/promql/lexer.h"
#include "scraper/promql/token_cursor.h"
#include "scraper/promql/type_check.h"

namespace sonde::promql {
namespace {

constexpr int kUnaryPower = 6;
constexpr size_t kQuotedBytesMax = 1000;
// Chains such as a + b + c make deep trees too.
constexpr size_t kOperatorsMax = 1000;

int binding_power(BinaryOp op) {
  using enum BinaryOp;
  switch (op) {
    case Or:
      return 1;
    case And:
    case Unless:
      return 2;
    case Add:
    case Subtract:
      return 4;
    case Multiply:
    case Divide:
    case Modulo:
    case Atan2:
      return 5;
    case Power:
      return 6;
    default:
      return 3;
  }
}

Modifiers* modifiers_of(Expr& expr) {
  if (auto* selector = expr.as<VectorSelector>()) return &selector->modifiers;
  if (auto* matrix = expr.as<MatrixSelector>()) return &matrix->selector->as<VectorSelector>()->modifiers;
  if (auto* subquery = expr.as<Subquery>()) return &subquery->modifiers;
  return nullptr;
}

bool takes_parameter(AggregateOp op) {
  using enum AggregateOp;
  return op == TopK || op == BottomK || op == Quantile || op == CountValues || op == LimitK ||
         op == LimitRatio;
}

// Words that are keywords elsewhere but may name a metric where an expression starts.
bool may_name_metric(const Token& token) {
  switch (token.kind) {
    case TokenKind::Identifier:
    case TokenKind::MetricIdentifier:
    case TokenKind::Aggregator:
    case TokenKind::By:
    case TokenKind::Without:
    case TokenKind::Offset:
    case TokenKind::Anchored:
    case TokenKind::Smoothed:
    case TokenKind::Fill:
    case TokenKind::FillLeft:
    case TokenKind::FillRight:
      return true;
    case TokenKind::Operator:
      return token.op == BinaryOp::And || token.op == BinaryOp::Or || token.op == BinaryOp::Unless;
    default:
      return false;
  }
}

class Parser {
 public:
  Parser(std::string_view query, const ParserOptions& options) : options_(options), tokens_(query) {}

  Result<ExprPtr> parse_all() {
    if (tokens_.peek().kind == TokenKind::End) return wrong({}, "no expression found in input");
    auto expr = parse_expr(0);
    if (!expr) return expr;
    if (tokens_.peek().kind != TokenKind::End) return tokens_.unexpected("", "");
    return expr;
  }

 private:
  static Error wrong(ByteRange range, std::string message) {
    return Error(ErrorCode::InvalidArgument, std::move(message), range);
  }

  Status count_operator(ByteRange range) {
    if (++operators_ <= kOperatorsMax) return Ok{};
    return wrong(range, "more than " + std::to_string(kOperatorsMax) + " operators in one query");
  }

  Result<ExprPtr> parse_expr(int power) {
    const Nesting nesting(tokens_);
    if (!nesting.ok()) return nesting.error();
    auto left = parse_prefix();
    if (!left) return left;
    while (tokens_.peek().kind == TokenKind::Operator && binding_power(tokens_.peek().op) >= power) {
      left = parse_binary(std::move(*left));
      if (!left) return left;
    }
    return left;
  }

  Result<ExprPtr> parse_prefix() {
    const Token& token = tokens_.peek();
    const bool sign =
        token.kind == TokenKind::Operator && (token.op == BinaryOp::Add || token.op == BinaryOp::Subtract);
    if (!sign) return parse_postfix();
    const ByteRange range = token.range;
    const bool negate = token.op == BinaryOp::Subtract;
    tokens_.next();
    auto operand = parse_expr(kUnaryPower);
    if (!operand) return operand;
    const ByteRange whole{range.begin, (*operand)->range.end};
    if (auto* number = (*operand)->as<NumberLiteral>()) {
      if (negate) number->value = -number->value;
      (*operand)->range = whole;
      return operand;
    }
    return make_expr(Unary{.negate = negate, .expr = std::move(*operand)}, whole);
  }

  Result<ExprPtr> parse_binary(ExprPtr left) {
    const Token op = tokens_.next();
    if (auto status = count_operator(op.range); !status) return status.error();
    Binary binary{.op = op.op,
                  .left = std::move(left),
                  .right = {},
                  .return_bool = false,
                  .matching = {},
                  .op_range = op.range};
    if (auto status = parse_binary_modifiers(binary); !status) return status.error();
    // Right-associative only for ^.
    auto right = parse_expr(binding_power(op.op) + (op.op == BinaryOp::Power ? 0 : 1));
    if (!right) return right;
    const ByteRange range{binary.left->range.begin, (*right)->range.end};
    binary.right = std::move(*right);
    return make_expr(std::move(binary), range);
  }

  Status parse_binary_modifiers(Binary& binary) {
    if (tokens_.accept(TokenKind::Bool)) binary.return_bool = true;
    VectorMatching& matching = binary.matching;
    const TokenKind kind = tokens_.peek().kind;
    if (kind == TokenKind::On || kind == TokenKind::Ignoring) {
      tokens_.next();
      matching.stated = true;
      matching.on = kind == TokenKind::On;
      if (auto status = parse_label_list(matching.labels); !status) return status;
      const TokenKind group = tokens_.peek().kind;
      if (group == TokenKind::GroupLeft || group == TokenKind::GroupRight) {
        tokens_.next();
        matching.cardinality =
            group == TokenKind::GroupLeft ? Cardinality::ManyToOne : Cardinality::OneToMany;
        if (tokens_.peek().kind == TokenKind::LeftParen) {
          if (auto status = parse_label_list(matching.include); !status) return status;
        }
      }
    }
    return parse_fill(matching);
  }

  Status parse_fill(VectorMatching& matching) {
    for (;;) {
      const Token& token = tokens_.peek();
      const bool fill = token.kind == TokenKind::Fill || token.kind == TokenKind::FillLeft ||
                        token.kind == TokenKind::FillRight;
      if (!fill || tokens_.peek(1).kind != TokenKind::LeftParen) return Ok{};
      if (!options_.binop_fill_modifiers) {
        return wrong(token.range, "binop fill modifiers are experimental and not enabled");
      }
      const TokenKind kind = tokens_.next().kind;
      tokens_.next();
      auto value = parse_signed_number("fill modifier");
      if (!value) return value.error();
      if (!tokens_.accept(TokenKind::RightParen)) return tokens_.unexpected("fill modifier", "\")\"");
      if (kind != TokenKind::FillRight) matching.fill_left = *value;
      if (kind != TokenKind::FillLeft) matching.fill_right = *value;
    }
  }

  Result<double> parse_signed_number(std::string_view context) {
    bool negative = false;
    if (tokens_.peek().kind == TokenKind::Operator &&
        (tokens_.peek().op == BinaryOp::Subtract || tokens_.peek().op == BinaryOp::Add)) {
      negative = tokens_.next().op == BinaryOp::Subtract;
    }
    const TokenKind kind = tokens_.peek().kind;
    if (kind != TokenKind::Number && kind != TokenKind::Duration)
      return tokens_.unexpected(context, "number");
    const double value = tokens_.next().number;
    return negative ? -value : value;
  }

  // ( a, "b.c", ) after by, without, on, ignoring and group_*.
  Status parse_label_list(std::vector<std::string>& out) {
    if (!tokens_.accept(TokenKind::LeftParen)) return tokens_.unexpected("grouping opts", "\"(\"");
    while (!tokens_.accept(TokenKind::RightParen)) {
      const Token& token = tokens_.peek();
      const bool label = token.kind == TokenKind::String || is_legacy_label_name(token.text);
      if (!label || token.kind == TokenKind::End) return tokens_.unexpected("grouping opts", "label");
      if (token.text.empty() || !is_valid_utf8(token.text)) {
        return wrong(token.range, "invalid label name for grouping: " + quoted(token.text, kQuotedBytesMax));
      }
      out.push_back(tokens_.next().text);
      if (tokens_.peek().kind == TokenKind::RightParen) continue;
      if (!tokens_.accept(TokenKind::Comma)) return tokens_.unexpected("grouping opts", "\",\" or \")\"");
    }
    return Ok{};
  }

  Result<ExprPtr> parse_postfix() {
    auto expr = parse_primary();
    while (expr) {
      const TokenKind kind = tokens_.peek().kind;
      const bool ends = kind != TokenKind::LeftBracket && kind != TokenKind::Offset &&
                        kind != TokenKind::At && kind != TokenKind::Anchored && kind != TokenKind::Smoothed;
      if (ends) return expr;
      if (auto status = count_operator(tokens_.peek().range); !status) return status.error();
      if (kind == TokenKind::LeftBracket) {
        expr = parse_brackets(std::move(*expr));
      } else {
        const Status status = kind == TokenKind::Offset ? parse_offset(**expr)
                              : kind == TokenKind::At   ? parse_at(**expr)
                                                        : parse_extension(**expr);
        if (!status) return status.error();
        (*expr)->range.end = tokens_.last_end();
      }
    }
    return expr;
  }

  Result<ExprPtr> parse_primary() {
    const Token& token = tokens_.peek();
    switch (token.kind) {
      case TokenKind::Number:
      case TokenKind::Duration: {
        const Token number = tokens_.next();
        return make_expr(
            NumberLiteral{.value = number.number, .as_duration = number.kind == TokenKind::Duration},
            number.range);
      }
      case TokenKind::String: {
        Token text = tokens_.next();
        return make_expr(StringLiteral{std::move(text.text)}, text.range);
      }
      case TokenKind::LeftParen:
        return parse_paren();
      case TokenKind::LeftBrace:
        return parse_selector();
      default:
        break;
    }
    const TokenKind after = tokens_.peek(1).kind;
    if (token.kind == TokenKind::Aggregator &&
        (after == TokenKind::LeftParen || after == TokenKind::By || after == TokenKind::Without)) {
      return parse_aggregate();
    }
    if (token.kind == TokenKind::Identifier && after == TokenKind::LeftParen) return parse_call();
    if (may_name_metric(token)) return parse_selector();
    return tokens_.unexpected("", "");
  }

  Result<ExprPtr> parse_paren() {
    const size_t begin = tokens_.next().range.begin;
    auto inner = parse_expr(0);
    if (!inner) return inner;
    if (tokens_.peek().kind != TokenKind::RightParen) return tokens_.unexpected("", "");
    const size_t end = tokens_.next().range.end;
    return make_expr(Paren{std::move(*inner)}, {begin, end});
  }

  Status parse_arguments(std::vector<ExprPtr>& out) {
    tokens_.next();
    if (tokens_.accept(TokenKind::RightParen)) return Ok{};
    for (;;) {
      auto arg = parse_expr(0);
      if (!arg) return arg.error();
      out.push_back(std::move(*arg));
      if (tokens_.accept(TokenKind::RightParen)) return Ok{};
      const ByteRange comma = tokens_.peek().range;
      if (!tokens_.accept(TokenKind::Comma))
        return tokens_.unexpected("function call args", "\",\" or \")\"");
      if (tokens_.peek().kind == TokenKind::RightParen) {
        return wrong(comma, "trailing commas not allowed in function call args");
      }
    }
  }

  Result<ExprPtr> parse_call() {
    const Token name = tokens_.next();
    const FunctionSpec* function = find_function(name.text);
    if (function == nullptr) {
      return wrong(name.range, "unknown function with name " + quoted(name.text, kQuotedBytesMax));
    }
    if (function->experimental && !options_.experimental_functions) {
      return wrong(name.range, "function " + quoted(name.text) + " is not enabled");
    }
    Call call{.function = function, .args = {}};
    if (auto status = parse_arguments(call.args); !status) return status.error();
    return make_expr(std::move(call), {name.range.begin, tokens_.last_end()});
  }

  Status parse_aggregate_modifier(Aggregate& aggregate) {
    aggregate.without = tokens_.next().kind == TokenKind::Without;
    return parse_label_list(aggregate.grouping);
  }
  bool at_aggregate_modifier() const {
    return tokens_.peek().kind == TokenKind::By || tokens_.peek().kind == TokenKind::Without;
  }

  Result<ExprPtr> parse_aggregate() {
    const Token name = tokens_.next();
    Aggregate aggregate{.op = name.aggregate, .expr = {}, .param = {}, .grouping = {}, .without = false};
    const bool modifier_first = at_aggregate_modifier();
    if (modifier_first) {
      if (auto status = parse_aggregate_modifier(aggregate); !status) return status.error();
    }
    if (tokens_.peek().kind != TokenKind::LeftParen) return tokens_.unexpected("aggregation", "\"(\"");
    std::vector<ExprPtr> args;
    if (auto status = parse_arguments(args); !status) return status.error();
    if (!modifier_first && at_aggregate_modifier()) {
      if (auto status = parse_aggregate_modifier(aggregate); !status) return status.error();
    }
    const ByteRange range{name.range.begin, tokens_.last_end()};
    const size_t want = takes_parameter(name.aggregate) ? 2 : 1;
    if (args.empty()) return wrong(range, "no arguments for aggregate expression provided");
    if (args.size() != want) {
      return wrong(range, "wrong number of arguments for aggregate expression provided, expected " +
                              std::to_string(want) + ", got " + std::to_string(args.size()));
    }
    const bool experimental =
        name.aggregate == AggregateOp::LimitK || name.aggregate == AggregateOp::LimitRatio;
    if (experimental && !options_.experimental_functions) {
      return wrong(range, std::string(aggregate_text(name.aggregate)) +
                              "() is experimental and must be enabled with "
                              "--enable-feature=promql-experimental-functions");
    }
    aggregate.expr = std::move(args.back());
    if (want == 2) aggregate.param = std::move(args.front());
    return make_expr(std::move(aggregate), range);
  }

  Result<ExprPtr> parse_selector() {
    const size_t begin = tokens_.peek().range.begin;
    VectorSelector selector;
    if (tokens_.peek().kind != TokenKind::LeftBrace) selector.name = tokens_.next().text;
    if (tokens_.accept(TokenKind::LeftBrace)) {
      if (auto status = parse_matchers(selector.matchers); !status) return status.error();
    }
    if (!selector.name.empty()) {
      auto matcher = Matcher::make(MatchType::Equal, std::string(kMetricName), selector.name);
      if (!matcher) return matcher.error();
      selector.matchers.push_back(std::move(*matcher));
    }
    return make_expr(std::move(selector), {begin, tokens_.last_end()});
  }

  Status parse_matchers(std::vector<Matcher>& out) {
    while (!tokens_.accept(TokenKind::RightBrace)) {
      const Token& name = tokens_.peek();
      if (name.kind != TokenKind::Identifier && name.kind != TokenKind::String) {
        return tokens_.unexpected("label matching", "identifier or \"}\"");
      }
      if (auto status = parse_matcher(out); !status) return status;
      if (tokens_.peek().kind == TokenKind::RightBrace) continue;
      if (!tokens_.accept(TokenKind::Comma)) return tokens_.unexpected("label matching", "\",\" or \"}\"");
    }
    return Ok{};
  }

  Status parse_matcher(std::vector<Matcher>& out) {
    const Token name = tokens_.next();
    const TokenKind after = tokens_.peek().kind;
    if (name.kind == TokenKind::String && (after == TokenKind::Comma || after == TokenKind::RightBrace)) {
      auto matcher = Matcher::make(MatchType::Equal, std::string(kMetricName), name.text);
      if (!matcher) return matcher.error();
      out.push_back(std::move(*matcher));
      return Ok{};
    }
    MatchType type = MatchType::Equal;
    switch (after) {
      case TokenKind::Assign:
        type = MatchType::Equal;
        break;
      case TokenKind::EqualRegex:
        type = MatchType::Regex;
        break;
      case TokenKind::NotRegex:
        type = MatchType::NotRegex;
        break;
      case TokenKind::Operator:
        type = MatchType::NotEqual;
        break;  // != is the only operator inside braces
      default:
        return tokens_.unexpected("label matching", "label matching operator");
    }
    tokens_.next();
    if (tokens_.peek().kind != TokenKind::String) return tokens_.unexpected("label matching", "string");
    const Token value = tokens_.next();
    if (!is_valid_utf8(name.text) || name.text.empty()) {
      return wrong(name.range, "invalid label name " + quoted(name.text, kQuotedBytesMax));
    }
    auto matcher = Matcher::make(type, name.text, value.text);
    if (!matcher) return wrong({name.range.begin, value.range.end}, matcher.error().message());
    out.push_back(std::move(*matcher));
    return Ok{};
  }

  // [5m] makes a range selector, [5m:1m] a subquery.
  Result<ExprPtr> parse_brackets(ExprPtr inner) {
    const ByteRange before = inner->range;
    tokens_.next();
    auto range = parse_duration_expr(tokens_, DurationPlace::Range);
    if (!range) return range.error();
    if (tokens_.accept(TokenKind::Colon)) {
      Subquery subquery{.expr = std::move(inner), .range = std::move(*range), .step = {}, .modifiers = {}};
      if (tokens_.peek().kind != TokenKind::RightBracket) {
        auto step = parse_duration_expr(tokens_, DurationPlace::Range);
        if (!step) return step.error();
        subquery.step = std::move(*step);
      }
      if (!tokens_.accept(TokenKind::RightBracket)) return tokens_.unexpected("subquery selector", "\"]\"");
      return make_expr(std::move(subquery), {before.begin, tokens_.last_end()});
    }
    if (tokens_.peek().kind != TokenKind::RightBracket)
      return tokens_.unexpected("subquery or range", "\":\" or \"]\"");
    tokens_.next();
    const auto* selector = inner->as<VectorSelector>();
    const ByteRange whole{before.begin, tokens_.last_end()};
    if (selector == nullptr) return wrong(whole, "ranges only allowed for vector selectors");
    const Modifiers& modifiers = selector->modifiers;
    if (modifiers.offset.ms != 0 || modifiers.offset.node) {
      return wrong(whole, "no offset modifiers allowed before range");
    }
    if (modifiers.at != AtKind::None) return wrong(whole, "no @ modifiers allowed before range");
    return make_expr(MatrixSelector{.selector = std::move(inner), .range = std::move(*range)}, whole);
  }

  Status parse_offset(Expr& expr) {
    const ByteRange range = expr.range;
    tokens_.next();
    auto offset = parse_duration_expr(tokens_, DurationPlace::Offset);
    if (!offset) return offset.error();
    Modifiers* modifiers = modifiers_of(expr);
    if (modifiers == nullptr) {
      return wrong(
          range,
          "offset modifier must be preceded by an instant vector selector or range vector selector or a "
          "subquery");
    }
    if (modifiers->offset.ms != 0 || modifiers->offset.node) {
      return wrong(range, "offset may not be set multiple times");
    }
    modifiers->offset = std::move(*offset);
    return Ok{};
  }

  Status parse_at(Expr& expr) {
    const ByteRange range = expr.range;
    tokens_.next();
    AtKind kind = AtKind::Time;
    int64_t at_ms = 0;
    if (tokens_.peek().kind == TokenKind::Identifier && tokens_.peek(1).kind == TokenKind::LeftParen) {
      const std::string word = to_lower_ascii(tokens_.peek().text);
      if (word != "start" && word != "end") return tokens_.unexpected("@", "timestamp");
      kind = word == "start" ? AtKind::Start : AtKind::End;
      tokens_.next();
      tokens_.next();
      if (!tokens_.accept(TokenKind::RightParen)) return tokens_.unexpected("@", "\")\"");
    } else {
      auto seconds = parse_signed_number("@");
      if (!seconds) return seconds.error();
      constexpr double kSecondsMax = 9.2e15;
      if (!(std::fabs(*seconds) < kSecondsMax)) {
        return wrong(range, "timestamp out of bounds for @ modifier");
      }
      at_ms = static_cast<int64_t>(std::llround(*seconds * 1000));
    }
    Modifiers* modifiers = modifiers_of(expr);
    if (modifiers == nullptr) {
      return wrong(
          range,
          "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery");
    }
    if (modifiers->at != AtKind::None) return wrong(range, "@ <timestamp> may not be set multiple times");
    modifiers->at = kind;
    modifiers->at_ms = at_ms;
    return Ok{};
  }

  Status parse_extension(Expr& expr) {
    const Token token = tokens_.next();
    const bool anchored = token.kind == TokenKind::Anchored;
    const std::string word = anchored ? "anchored" : "smoothed";
    if (!options_.extended_range_selectors) {
      return wrong(expr.range, word + " modifier is experimental and not enabled");
    }
    if (expr.as<Subquery>() != nullptr)
      return wrong(expr.range, word + " modifier is not supported for subqueries");
    VectorSelector* selector = expr.as<VectorSelector>();
    if (auto* matrix = expr.as<MatrixSelector>()) selector = matrix->selector->as<VectorSelector>();
    if (selector == nullptr) return wrong(expr.range, word + " modifier must be preceded by a selector");
    const Extension wanted = anchored ? Extension::Anchored : Extension::Smoothed;
    if (selector->extension != Extension::None && selector->extension != wanted) {
      return wrong(expr.range, "anchored and smoothed modifiers cannot be used together");
    }
    selector->extension = wanted;
    return Ok{};
  }

  const ParserOptions& options_;
  TokenCursor tokens_;
  size_t operators_ = 0;
};

Error with_position(std::string_view query, const Error& error) {
  const ByteRange range = error.range().value_or(ByteRange{});
  return Error(error.code(), position_text(query, range.begin) + ": parse error: " + error.message(), range);
}

}  // namespace

std::string position_text(std::string_view query, size_t at) {
  const std::string_view before = query.substr(0, std::min(at, query.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const size_t newline = before.rfind('\n');
  const size_t column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return std::to_string(line) + ":" + std::to_string(column);
}

Result<ExprPtr> parse(std::string_view query, const ParserOptions& options) {
  if (query.size() > kQueryBytesMax) {
    return Error(ErrorCode::LimitExceeded,
                 "query is longer than " + std::to_string(kQueryBytesMax) + " bytes");
  }
  auto expr = Parser(query, options).parse_all();
  if (!expr) return with_position(query, expr.error());
  if (const auto status = check_types(**expr, options); !status) return with_position(query, status.error());
  return expr;
}

Result<std::vector<Matcher>> parse_metric_selector(std::string_view text) {
  auto expr = parse(text);
  if (!expr) return expr.error();
  auto* selector = (*expr)->as<VectorSelector>();
  const bool plain = selector != nullptr && selector->modifiers.at == AtKind::None &&
                     selector->modifiers.offset.ms == 0 && !selector->modifiers.offset.node;
  if (!plain)
    return Error(ErrorCode::InvalidArgument, "1:1: parse error: want a metric selector alone", ByteRange{});
  return std::move(selector->matchers);
}

}  // namespace sonde::promql
