#pragma once
// Walks the label block of a series or an exemplar, from the brace on. One walker for all dialects: the
// reader checks a block with it, the decoder takes the labels out. Internal to this folder.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/core/text.h"

namespace sonde::exposition {

// What the dialects disagree about.
struct LabelRules {
  bool blanks = false;            // blanks between tokens
  bool comma_needed = false;      // between two labels
  bool newline_in_value = false;  // a raw newline inside of quotes
  bool name_inside = false;       // `{"metric.name",…}`
};
inline constexpr LabelRules kTextRules{.blanks = true, .newline_in_value = true, .name_inside = true};
inline constexpr LabelRules kOpenMetricsRules{.comma_needed = true, .name_inside = true};
inline constexpr LabelRules kExemplarRules{.comma_needed = true};

struct LabelToken {
  std::string_view name;  // without quotes, escapes as they are; empty when `is_metric_name`
  std::string_view value;
  bool name_quoted = false;
  bool is_metric_name = false;  // `value` is the metric name
};

// What a byte may be part of, as a table: these are the inner loops.
enum ByteClass : uint8_t {
  kNameStart = 1,  // of a label name
  kNameByte = 2,
  kMetricStart = 4,  // of a metric name: the same and ':'
  kMetricByte = 8,
  kPlainByte = 16,  // of a quoted string, with nothing to look into
};
constexpr std::array<uint8_t, 256> make_byte_classes() {
  std::array<uint8_t, 256> out{};
  for (size_t i = 0; i < out.size(); ++i) {
    const bool letter = (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z') || i == '_';
    const bool digit = i >= '0' && i <= '9';
    if (letter) out[i] |= kNameStart | kNameByte | kMetricStart | kMetricByte;
    if (digit) out[i] |= kNameByte | kMetricByte;
    if (i == ':') out[i] |= kMetricStart | kMetricByte;
    if (i > 0 && i < 0x80 && i != '"' && i != '\\' && i != '\n') out[i] |= kPlainByte;
  }
  return out;
}
inline constexpr std::array<uint8_t, 256> kByteClasses = make_byte_classes();
constexpr bool is_byte(char c, ByteClass wanted) {
  return (kByteClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

class LabelWalk {
 public:
  // `at` is at the brace. The views given to `visit` point into `text`.
  LabelWalk(std::string_view text, size_t at, LabelRules rules) : text_(text), at_(at), rules_(rules) {}

  // Calls visit(LabelToken) for each label; true when the block is whole, at() then is behind it. Otherwise
  // problem() says what is wrong at at().
  template <class Visit>
  bool run(Visit&& visit) {
    ++at_;
    skip_blanks();
    while (!take('}')) {
      LabelToken token;
      if (!read_name(token)) return false;
      skip_blanks();
      const char after = peek();
      if (token.name_quoted && rules_.name_inside && (after == ',' || after == '}')) {
        visit(LabelToken{.name = {}, .value = token.name, .name_quoted = true, .is_metric_name = true});
        if (take(',')) skip_blanks();
        continue;
      }
      if (!take('=')) return wrong("want '=' after a label name");
      skip_blanks();
      if (!read_quoted(token.value, rules_.newline_in_value, true)) return false;
      visit(token);
      skip_blanks();
      if (take(',')) {
        skip_blanks();
      } else if (rules_.comma_needed && peek() != '}') {
        return wrong("want ',' or '}' after a label");
      }
    }
    return true;
  }

  size_t at() const { return at_; }
  const char* problem() const { return problem_; }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  bool take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    if (!rules_.blanks) return;
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool wrong(const char* problem) {
    problem_ = problem;
    return false;
  }

  bool read_name(LabelToken& token) {
    if (peek() == '"') {
      token.name_quoted = true;
      // The reference's exemplar lexer refuses newlines here, its others take them.
      return read_quoted(token.name, rules_.name_inside, false);
    }
    const size_t begin = at_;
    if (!is_byte(peek(), kNameStart)) return wrong("want a label name");
    while (at_ < text_.size() && is_byte(text_[at_], kNameByte)) ++at_;
    token.name = text_.substr(begin, at_ - begin);
    return true;
  }

  // A string in double quotes. A backslash takes the next byte with it, neither a newline nor a NUL.
  bool read_quoted(std::string_view& out, bool newlines, bool nul_allowed) {
    if (!take('"')) return wrong("want a label value in double quotes");
    const size_t begin = at_;
    bool high = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (is_byte(c, kPlainByte)) continue;
      if (c == '"') break;
      if (c == '\\') {
        if (!skip_escaped(nul_allowed)) return wrong("unexpected byte in a quoted string");
        high |= static_cast<signed char>(text_[at_]) < 0;
        continue;
      }
      if ((c == '\n' && !newlines) || (c == '\0' && !nul_allowed)) {
        return wrong("unexpected byte in a quoted string");
      }
      high |= static_cast<signed char>(c) < 0;
    }
    if (at_ >= text_.size()) return wrong("a quoted string is not closed");
    out = text_.substr(begin, at_ - begin);
    ++at_;
    if (high && !is_valid_utf8(out)) {
      at_ = begin;
      return wrong("a quoted string is not valid UTF-8");
    }
    return true;
  }

  // From a backslash to the byte that it takes with it. In values the reference's lexer never sees a NUL: the
  // backslash takes the byte behind it.
  bool skip_escaped(bool nul_allowed) {
    size_t next = at_ + 1;
    while (nul_allowed && next < text_.size() && text_[next] == '\0') ++next;
    if (next >= text_.size() || text_[next] == '\n' || text_[next] == '\0') return false;
    at_ = next;
    return true;
  }

  std::string_view text_;
  size_t at_;
  LabelRules rules_;
  const char* problem_ = "";
};

}  // namespace sonde::exposition
