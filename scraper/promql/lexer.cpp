#include "scraper/promql/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "common/core/duration.h"
#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::promql {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct Keyword {
  std::string_view text;
  TokenKind kind = TokenKind::Identifier;
  BinaryOp op = BinaryOp::Add;
  AggregateOp aggregate = AggregateOp::Sum;
};

// Sorted by text. start, end, step, range, min_of and max_of are plain identifiers: only the parser gives
// them a meaning.
constexpr std::array kKeywords{
    Keyword{.text = "anchored", .kind = TokenKind::Anchored},
    Keyword{.text = "and", .kind = TokenKind::Operator, .op = BinaryOp::And},
    Keyword{.text = "atan2", .kind = TokenKind::Operator, .op = BinaryOp::Atan2},
    Keyword{.text = "avg", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Avg},
    Keyword{.text = "bool", .kind = TokenKind::Bool},
    Keyword{.text = "bottomk", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::BottomK},
    Keyword{.text = "by", .kind = TokenKind::By},
    Keyword{.text = "count", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Count},
    Keyword{.text = "count_values", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::CountValues},
    Keyword{.text = "fill", .kind = TokenKind::Fill},
    Keyword{.text = "fill_left", .kind = TokenKind::FillLeft},
    Keyword{.text = "fill_right", .kind = TokenKind::FillRight},
    Keyword{.text = "group", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Group},
    Keyword{.text = "group_left", .kind = TokenKind::GroupLeft},
    Keyword{.text = "group_right", .kind = TokenKind::GroupRight},
    Keyword{.text = "ignoring", .kind = TokenKind::Ignoring},
    Keyword{.text = "inf", .kind = TokenKind::Number},
    Keyword{.text = "limit_ratio", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::LimitRatio},
    Keyword{.text = "limitk", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::LimitK},
    Keyword{.text = "max", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Max},
    Keyword{.text = "min", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Min},
    Keyword{.text = "nan", .kind = TokenKind::Number},
    Keyword{.text = "offset", .kind = TokenKind::Offset},
    Keyword{.text = "on", .kind = TokenKind::On},
    Keyword{.text = "or", .kind = TokenKind::Operator, .op = BinaryOp::Or},
    Keyword{.text = "quantile", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Quantile},
    Keyword{.text = "smoothed", .kind = TokenKind::Smoothed},
    Keyword{.text = "stddev", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Stddev},
    Keyword{.text = "stdvar", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Stdvar},
    Keyword{.text = "sum", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::Sum},
    Keyword{.text = "topk", .kind = TokenKind::Aggregator, .aggregate = AggregateOp::TopK},
    Keyword{.text = "unless", .kind = TokenKind::Operator, .op = BinaryOp::Unless},
    Keyword{.text = "without", .kind = TokenKind::Without},
};
static_assert(std::ranges::is_sorted(kKeywords, {}, &Keyword::text));

const Keyword* find_keyword(std::string_view word) {
  const std::string lower = to_lower_ascii(word);
  const auto at = std::ranges::lower_bound(kKeywords, lower, {}, &Keyword::text);
  return at != kKeywords.end() && at->text == lower ? &*at : nullptr;
}

// Underscores stand between digits only.
bool underscores_are_placed_well(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') continue;
    if (i == 0 || i + 1 == text.size() || !is_hex(text[i - 1]) || !is_hex(text[i + 1])) return false;
    if ((text[i - 1] == 'e' || text[i - 1] == 'E') && !text.starts_with("0x") && !text.starts_with("0X"))
      return false;
  }
  return true;
}

std::optional<double> read_integer(std::string_view digits, int base) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return static_cast<double>(value);
}

// A number as Go's ParseInt with base 0 reads it, then as ParseFloat does: 0755 is octal, 0x1f hexadecimal.
std::optional<double> read_number(std::string_view text) {
  if (!underscores_are_placed_well(text)) return std::nullopt;
  std::string digits(text);
  std::erase(digits, '_');
  if (digits.starts_with("0x") || digits.starts_with("0X")) return read_integer(digits.substr(2), 16);
  if (digits.size() > 1 && digits.front() == '0') {
    if (const auto octal = read_integer(digits, 8)) return octal;
  }
  return parse_number(digits);
}

// The character at the front as Go's %q prints a rune.
std::string quoted_rune(std::string_view text) {
  size_t bytes = 1;
  while (bytes < text.size() && bytes < 4 && !is_valid_utf8(text.substr(0, bytes))) ++bytes;
  const std::string_view rune = text.substr(0, bytes);
  if (!is_valid_utf8(rune)) return "'\xEF\xBF\xBD'";
  if (rune == "'") return "'\\''";
  if (rune == "\"") return "'\"'";
  const std::string body = quoted(rune);
  return "'" + body.substr(1, body.size() - 2) + "'";
}

class Lexer {
 public:
  explicit Lexer(std::string_view query) : query_(query) {}

  std::vector<Token> run() {
    while (tokens_.empty() ||
           (tokens_.back().kind != TokenKind::End && tokens_.back().kind != TokenKind::Error)) {
      skip_space_and_comments();
      begin_ = at_;
      if (braces_open_) {
        lex_in_braces();
      } else {
        lex_statement();
      }
    }
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < query_.size() ? query_[at_ + ahead] : '\0'; }
  bool at_end() const { return at_ >= query_.size(); }

  Token& emit(TokenKind kind, size_t bytes) {
    at_ = begin_ + bytes;
    Token token;
    token.kind = kind;
    token.text = query_.substr(begin_, bytes);
    token.range = {begin_, at_};
    tokens_.push_back(std::move(token));
    return tokens_.back();
  }
  void emit_operator(BinaryOp op, size_t bytes) { emit(TokenKind::Operator, bytes).op = op; }

  void fail(std::string message) {
    Token token;
    token.kind = TokenKind::Error;
    token.text = std::move(message);
    token.range = {begin_, std::max(begin_, std::min(at_, query_.size()))};
    tokens_.push_back(std::move(token));
  }

  void skip_space_and_comments() {
    for (;;) {
      while (!at_end() && is_space(peek())) ++at_;
      if (at_end() || peek() != '#') return;
      while (!at_end() && peek() != '\n') ++at_;
    }
  }

  void lex_in_braces() {
    if (at_end()) return fail("unexpected end of input inside braces");
    const char c = peek();
    if (is_letter(c)) return lex_word(false);
    if (c == '"' || c == '\'' || c == '`') return lex_string();
    switch (c) {
      case ',':
        emit(TokenKind::Comma, 1);
        return;
      case '}':
        braces_open_ = false;
        emit(TokenKind::RightBrace, 1);
        return;
      case '{':
        return fail("unexpected left brace '{'");
      case '=':
        emit(peek(1) == '~' ? TokenKind::EqualRegex : TokenKind::Assign, peek(1) == '~' ? 2 : 1);
        return;
      case '!':
        if (peek(1) == '~') {
          emit(TokenKind::NotRegex, 2);
        } else if (peek(1) == '=') {
          emit_operator(BinaryOp::NotEqual, 2);
        } else {
          fail("unexpected character after '!' inside braces: " + quoted_rune(query_.substr(at_ + 1)));
        }
        return;
      default:
        fail("unexpected character inside braces: " + quoted_rune(query_.substr(at_)));
    }
  }

  void lex_statement() {
    if (at_end()) return lex_end();
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return lex_number();
    if (c == '"' || c == '\'' || c == '`') return lex_string();
    if (is_letter(c)) return lex_word(!bracket_open_);
    if (c == ':') return lex_colon();
    if (lex_bracket(c)) return;
    lex_symbol(c);
  }

  void lex_end() {
    if (parens_open_ != 0) return fail("unclosed left parenthesis");
    if (bracket_open_) return fail("unclosed left bracket");
    emit(TokenKind::End, 0);
  }

  void lex_colon() {
    if (bracket_open_) {
      emit(TokenKind::Colon, 1);
    } else if (is_letter(peek(1)) || peek(1) == ':') {
      lex_word(true);
    } else {
      fail("unexpected colon ':'");
    }
  }

  bool lex_bracket(char c) {
    switch (c) {
      case '(':
        ++parens_open_;
        emit(TokenKind::LeftParen, 1);
        return true;
      case ')':
        if (parens_open_ == 0) {
          fail("unexpected right parenthesis ')'");
        } else {
          --parens_open_;
          emit(TokenKind::RightParen, 1);
        }
        return true;
      case '{':
        braces_open_ = true;
        emit(TokenKind::LeftBrace, 1);
        return true;
      case '}':
        fail("unexpected right brace '}'");
        return true;
      case '[':
        if (bracket_open_) {
          fail("unexpected left bracket '['");
        } else {
          bracket_open_ = true;
          emit(TokenKind::LeftBracket, 1);
        }
        return true;
      case ']':
        if (!bracket_open_) {
          fail("unexpected right bracket ']'");
        } else {
          bracket_open_ = false;
          emit(TokenKind::RightBracket, 1);
        }
        return true;
      default:
        return false;
    }
  }

  void lex_symbol(char c) {
    const char next = peek(1);
    switch (c) {
      case ',':
        emit(TokenKind::Comma, 1);
        return;
      case '@':
        emit(TokenKind::At, 1);
        return;
      case '+':
        return emit_operator(BinaryOp::Add, 1);
      case '-':
        return emit_operator(BinaryOp::Subtract, 1);
      case '*':
        return emit_operator(BinaryOp::Multiply, 1);
      case '/':
        return emit_operator(BinaryOp::Divide, 1);
      case '%':
        return emit_operator(BinaryOp::Modulo, 1);
      case '^':
        return emit_operator(BinaryOp::Power, 1);
      case '=':
        if (next == '=') return emit_operator(BinaryOp::Equal, 2);
        if (next == '~') return fail("unexpected character after '=': '~'");
        emit(TokenKind::Assign, 1);
        return;
      case '!':
        if (next == '=') return emit_operator(BinaryOp::NotEqual, 2);
        return fail("unexpected character after '!': " + quoted_rune(query_.substr(at_ + 1)));
      case '<':
        if (next == '=') return emit_operator(BinaryOp::LessEqual, 2);
        if (next == '/') return emit_operator(BinaryOp::TrimUpper, 2);
        return emit_operator(BinaryOp::Less, 1);
      case '>':
        if (next == '=') return emit_operator(BinaryOp::GreaterEqual, 2);
        if (next == '/') return emit_operator(BinaryOp::TrimLower, 2);
        return emit_operator(BinaryOp::Greater, 1);
      default:
        return fail("unexpected character: " + quoted_rune(query_.substr(at_)));
    }
  }

  // The run of letters, digits and dots that starts here, with the sign of an exponent.
  void lex_number() {
    const bool hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    size_t end = at_;
    while (end < query_.size()) {
      const char c = query_[end];
      const bool exponent_sign =
          (c == '+' || c == '-') && !hex && (query_[end - 1] == 'e' || query_[end - 1] == 'E');
      if (!is_letter(c) && !is_digit(c) && c != '.' && !(exponent_sign && end > at_)) break;
      ++end;
    }
    const std::string_view text = query_.substr(at_, end - at_);
    if (const auto number = read_number(text)) {
      emit(TokenKind::Number, text.size()).number = *number;
      return;
    }
    const auto duration = parse_duration(text);
    if (!duration) {
      at_ = end;
      return fail("bad number or duration syntax: " + quoted(text));
    }
    emit(TokenKind::Duration, text.size()).number = static_cast<double>(duration->count()) / 1000;
  }

  void lex_word(bool colons) {
    size_t end = at_;
    bool colon = false;
    while (end < query_.size() &&
           (is_letter(query_[end]) || is_digit(query_[end]) || (colons && query_[end] == ':'))) {
      colon = colon || query_[end] == ':';
      ++end;
    }
    const std::string_view word = query_.substr(at_, end - at_);
    const Keyword* keyword = colon || braces_open_ ? nullptr : find_keyword(word);
    Token& token = emit(colon ? TokenKind::MetricIdentifier : TokenKind::Identifier, word.size());
    if (keyword == nullptr) return;
    token.kind = keyword->kind;
    token.op = keyword->op;
    token.aggregate = keyword->aggregate;
    if (token.kind == TokenKind::Number) {
      token.number = word.front() == 'i' || word.front() == 'I' ? std::numeric_limits<double>::infinity()
                                                                : std::numeric_limits<double>::quiet_NaN();
    }
  }

  void lex_string() {
    const char quote = peek();
    size_t end = at_ + 1;
    while (end < query_.size() && query_[end] != quote) {
      if (quote != '`' && query_[end] == '\n') break;
      end += quote != '`' && query_[end] == '\\' ? 2 : 1;
    }
    if (end >= query_.size() || query_[end] != quote) {
      at_ = query_.size();
      return fail(quote == '`' ? "unterminated raw string" : "unterminated quoted string");
    }
    const std::string_view literal = query_.substr(at_, end + 1 - at_);
    auto value = unquote(literal);
    if (!value) return fail(value.error().message());
    emit(TokenKind::String, literal.size()).text = std::move(*value);
  }

  std::string_view query_;
  size_t at_ = 0;
  size_t begin_ = 0;  // of the token being read
  size_t parens_open_ = 0;
  bool braces_open_ = false;
  bool bracket_open_ = false;
  std::vector<Token> tokens_;
};

// Reads one escape of a quoted string; `rest` starts after the backslash and is moved past it.
Status append_escape(std::string& out, std::string_view& rest, char quote) {
  constexpr std::string_view kNames = "abfnrtv\\";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\";
  if (rest.empty()) return Error(ErrorCode::InvalidArgument, "escape sequence not terminated");
  const char c = rest.front();
  if (const size_t at = kNames.find(c); at != std::string_view::npos) {
    out += kValues[at];
    rest.remove_prefix(1);
    return Ok{};
  }
  if (c == quote) {
    out += quote;
    rest.remove_prefix(1);
    return Ok{};
  }
  const bool octal = c >= '0' && c <= '7';
  const size_t digits = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits == 0) return Error(ErrorCode::InvalidArgument, "unknown escape sequence " + quoted_rune(rest));
  if (!octal) rest.remove_prefix(1);
  if (rest.size() < digits) return Error(ErrorCode::InvalidArgument, "escape sequence not terminated");
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + digits, value, octal ? 8 : 16);
  if (error != std::errc{} || end != rest.data() + digits) {
    return Error(ErrorCode::InvalidArgument, "illegal character in escape sequence");
  }
  rest.remove_prefix(digits);
  if (digits <= 3) {
    if (value > 255) return Error(ErrorCode::InvalidArgument, "escape sequence is out of range");
    out += static_cast<char>(value);
    return Ok{};
  }
  if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
    return Error(ErrorCode::InvalidArgument, "escape sequence is an invalid Unicode code point");
  }
  append_utf8(out, value);
  return Ok{};
}

}  // namespace

std::vector<Token> tokenize(std::string_view query) {
  return Lexer(query).run();
}

Result<std::string> unquote(std::string_view literal) {
  const char quote = literal.front();
  std::string_view rest = literal.substr(1, literal.size() - 2);
  if (!is_valid_utf8(rest)) return Error(ErrorCode::InvalidArgument, "invalid UTF-8 rune");
  if (quote == '`') return std::string(rest);
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\') {
      out += c;
    } else if (const auto status = append_escape(out, rest, quote); !status) {
      return status.error();
    }
  }
  return out;
}

std::string describe(const Token& token) {
  constexpr size_t kShown = 10;
  const std::string text =
      token.text.size() > kShown ? quoted(token.text.substr(0, kShown)) + "..." : quoted(token.text);
  switch (token.kind) {
    case TokenKind::End:
      return "end of input";
    case TokenKind::Identifier:
      return "identifier " + quoted(token.text);
    case TokenKind::MetricIdentifier:
      return "metric identifier " + quoted(token.text);
    case TokenKind::Number:
      return "number " + text;
    case TokenKind::Duration:
      return "duration " + text;
    case TokenKind::String:
      return "string " + text;
    case TokenKind::Operator:
      return "<op:" + token.text + ">";
    case TokenKind::Aggregator:
      return "<aggr:" + token.text + ">";
    default:
      break;
  }
  return token.kind >= TokenKind::Bool ? "<" + token.text + ">" : text;
}

}  // namespace sonde::promql
