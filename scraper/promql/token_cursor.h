#pragma once
// Walks the tokens of one query and counts nesting. For the parser's files only.

#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "scraper/promql/lexer.h"
#include "scraper/promql/parser.h"

namespace sonde::promql {

class TokenCursor {
 public:
  explicit TokenCursor(std::string_view query) : tokens_(tokenize(query)) {}

  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& next() {
    const Token& token = peek();
    last_end_ = token.range.end;
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool accept(TokenKind kind) {
    if (peek().kind != kind) return false;
    next();
    return true;
  }
  // Where the last token taken ended.
  size_t last_end() const { return last_end_; }

  // The error that the next token is: "unexpected X in CONTEXT, expected EXPECTED", or the lexer's own
  // message.
  Error unexpected(std::string_view context, std::string_view expected) const {
    const Token& token = peek();
    if (token.kind == TokenKind::Error) return Error(ErrorCode::InvalidArgument, token.text, token.range);
    std::string message = "unexpected " + describe(token);
    if (!context.empty()) message += " in " + std::string(context);
    if (!expected.empty()) message += ", expected " + std::string(expected);
    return Error(ErrorCode::InvalidArgument, std::move(message), token.range);
  }

 private:
  friend class Nesting;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t last_end_ = 0;
  size_t depth_ = 0;
};

// Counts one level while it lives; not ok() when there are too many.
class Nesting {
 public:
  explicit Nesting(TokenCursor& tokens) : tokens_(tokens) { ++tokens_.depth_; }
  ~Nesting() { --tokens_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

  bool ok() const { return tokens_.depth_ <= kQueryDepthMax; }
  Error error() const {
    return Error(ErrorCode::InvalidArgument,
                 "query is nested more than " + std::to_string(kQueryDepthMax) + " deep",
                 tokens_.peek().range);
  }

 private:
  TokenCursor& tokens_;
};

}  // namespace sonde::promql
