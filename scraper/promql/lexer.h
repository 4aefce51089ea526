#pragma once
// Query text to tokens with byte ranges. What a character means depends on where it is: inside braces names
// are label names, inside brackets a colon separates. The first error is a token of its own and ends the
// list.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "scraper/promql/ast.h"

namespace sonde::promql {

enum class TokenKind : uint8_t {
  End,
  Error,  // its text is the message
  Identifier,
  MetricIdentifier,  // has a colon
  Number,
  Duration,
  String,  // its text is without quotes and escapes
  LeftParen,
  RightParen,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  Comma,
  Colon,
  At,
  Assign,  // =
  EqualRegex,
  NotRegex,
  Operator,  // `op` says which; words (and, or, unless, atan2) too
  Aggregator,
  Bool,
  By,
  Without,
  On,
  Ignoring,
  GroupLeft,
  GroupRight,
  Offset,
  Anchored,
  Smoothed,
  Fill,
  FillLeft,
  FillRight,
};

struct Token {
  TokenKind kind = TokenKind::End;
  BinaryOp op = BinaryOp::Add;
  AggregateOp aggregate = AggregateOp::Sum;
  double number = 0;  // of a Number; of a Duration in seconds
  std::string text;
  ByteRange range;
};

// Always ends with End or Error.
std::vector<Token> tokenize(std::string_view query);

// As it is named in "unexpected …": `identifier "x"`, `<op:+>`, `end of input`.
std::string describe(const Token& token);

// The value of a Go string literal with its quotes; nullopt-like error text when malformed.
Result<std::string> unquote(std::string_view literal);

}  // namespace sonde::promql
