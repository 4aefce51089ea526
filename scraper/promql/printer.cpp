#include "scraper/promql/printer.h"

#include <chrono>
#include <cmath>
#include <string_view>

#include "common/core/duration.h"
#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/metrics/labels.h"
#include "scraper/promql/function_table.h"

namespace sonde::promql {
namespace {

constexpr size_t kLineBytesMax = 100;

// A Go string literal: what unquote() of the lexer reads back.
std::string quoted_literal(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  // Bytes that are no UTF-8 came from escapes and go back to them.
  const bool escape_high = !is_valid_utf8(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F ||
               (escape_high && static_cast<unsigned char>(c) >= 0x80)) {
      out += "\\x";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string number_text(double value) {
  std::string out;
  append_number_exposition(out, value);
  return out;
}

std::string seconds_text(double seconds) {
  return write_duration(std::chrono::milliseconds(static_cast<int64_t>(std::llround(seconds * 1000))));
}

std::string duration_ms_text(int64_t ms) {
  return write_duration(std::chrono::milliseconds(ms));
}

std::string label_text(std::string_view name) {
  return is_legacy_label_name(name) ? std::string(name) : quoted_literal(name);
}

std::string join_labels(const std::vector<std::string>& labels) {
  std::string out;
  for (const std::string& label : labels) {
    if (!out.empty()) out += ", ";
    out += label_text(label);
  }
  return out;
}

std::string node_text(const DurationNode& node);

std::string pair_text(const DurationNode& node, std::string_view op) {
  return node_text(*node.left) + " " + std::string(op) + " " + node_text(*node.right);
}

std::string node_text(const DurationNode& node) {
  switch (node.op) {
    case DurationOp::Literal:
      return node.as_duration ? seconds_text(node.seconds) : number_text(node.seconds);
    case DurationOp::Group:
      return "(" + node_text(*node.left) + ")";
    case DurationOp::Plus:
      return "+" + node_text(*node.left);
    case DurationOp::Minus:
      return "-" + node_text(*node.left);
    case DurationOp::Add:
      return pair_text(node, "+");
    case DurationOp::Subtract:
      return pair_text(node, "-");
    case DurationOp::Multiply:
      return pair_text(node, "*");
    case DurationOp::Divide:
      return pair_text(node, "/");
    case DurationOp::Modulo:
      return pair_text(node, "%");
    case DurationOp::Power:
      return pair_text(node, "^");
    case DurationOp::Step:
      return "step()";
    case DurationOp::Range:
      return "range()";
    case DurationOp::MinOf:
      return "min_of(" + node_text(*node.left) + ", " + node_text(*node.right) + ")";
    case DurationOp::MaxOf:
      return "max_of(" + node_text(*node.left) + ", " + node_text(*node.right) + ")";
  }
  return {};
}

// " @ 1.000 offset 5m"
std::string modifiers_text(const Modifiers& modifiers) {
  std::string out;
  if (modifiers.at == AtKind::Start) out += " @ start()";
  if (modifiers.at == AtKind::End) out += " @ end()";
  if (modifiers.at == AtKind::Time) {
    const uint64_t size = modifiers.at_ms < 0 ? 0 - static_cast<uint64_t>(modifiers.at_ms)
                                              : static_cast<uint64_t>(modifiers.at_ms);
    const std::string rest = std::to_string(1000 + size % 1000);
    out += std::string(" @ ") + (modifiers.at_ms < 0 ? "-" : "") + std::to_string(size / 1000) + "." +
           rest.substr(1);
  }
  if (modifiers.offset.node || modifiers.offset.ms != 0) out += " offset " + to_string(modifiers.offset);
  return out;
}

std::string matcher_text(const Matcher& matcher) {
  constexpr std::string_view kOperators[] = {"=", "!=", "=~", "!~"};
  return label_text(matcher.name()) + std::string(kOperators[static_cast<size_t>(matcher.type())]) +
         quoted_literal(matcher.value());
}

std::string selector_text(const VectorSelector& selector) {
  std::string out = selector.name;
  std::string inside;
  const size_t written = selector.matchers.size() - (selector.name.empty() ? 0 : 1);
  for (size_t i = 0; i < written; ++i) {
    if (i > 0) inside += ",";
    inside += matcher_text(selector.matchers[i]);
  }
  if (!inside.empty() || out.empty()) out += "{" + inside + "}";
  return out;
}

std::string extension_text(const VectorSelector& selector) {
  if (selector.extension == Extension::Anchored) return " anchored";
  return selector.extension == Extension::Smoothed ? " smoothed" : "";
}

std::string subquery_suffix(const Subquery& subquery) {
  const bool has_step = subquery.step.node || subquery.step.ms != 0;
  return "[" + to_string(subquery.range) + ":" + (has_step ? to_string(subquery.step) : "") + "]" +
         modifiers_text(subquery.modifiers);
}

std::string aggregate_head(const Aggregate& aggregate) {
  std::string out(aggregate_text(aggregate.op));
  if (aggregate.without) return out + " without (" + join_labels(aggregate.grouping) + ") ";
  if (!aggregate.grouping.empty()) return out + " by (" + join_labels(aggregate.grouping) + ") ";
  return out;
}

std::string fill_text(const VectorMatching& matching) {
  const auto text = [](std::string_view word, double value) {
    return " " + std::string(word) + " (" + number_text(value) + ")";
  };
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  if (matching.fill_left && matching.fill_right && same(*matching.fill_left, *matching.fill_right)) {
    return text("fill", *matching.fill_left);
  }
  std::string out;
  if (matching.fill_left) out += text("fill_left", *matching.fill_left);
  if (matching.fill_right) out += text("fill_right", *matching.fill_right);
  return out;
}

// "+ on (a) group_left (b)", with a space before.
std::string operator_part(const Binary& binary) {
  std::string out(operator_text(binary.op));
  if (binary.return_bool) out += " bool";
  const VectorMatching& matching = binary.matching;
  const bool grouped =
      matching.cardinality == Cardinality::ManyToOne || matching.cardinality == Cardinality::OneToMany;
  if (!matching.labels.empty() || matching.on || grouped) {
    out += matching.on ? " on (" : " ignoring (";
    out += join_labels(matching.labels) + ")";
  }
  if (grouped) {
    out += matching.cardinality == Cardinality::ManyToOne ? " group_left (" : " group_right (";
    out += join_labels(matching.include) + ")";
  }
  return out + fill_text(matching);
}

// "+Inf ^ 2" would read back as a sign before the power.
std::string left_text(const Binary& binary, std::string text) {
  constexpr std::string_view kInf = "+Inf";
  const bool bare = binary.op == BinaryOp::Power && binary.left->as<NumberLiteral>() != nullptr;
  if (bare && text.ends_with(kInf)) text.erase(text.size() - kInf.size(), 1);
  return text;
}

struct Printer {
  std::string operator()(const NumberLiteral& number) const {
    // A duration that is not whole milliseconds or below zero would not read back.
    const double ms = number.value * 1000;
    if (number.as_duration && std::fabs(ms) < 9e15 && ms == std::floor(ms)) return seconds_text(number.value);
    return number_text(number.value);
  }
  std::string operator()(const StringLiteral& text) const { return quoted_literal(text.value); }
  std::string operator()(const VectorSelector& selector) const {
    return selector_text(selector) + extension_text(selector) + modifiers_text(selector.modifiers);
  }
  std::string operator()(const MatrixSelector& matrix) const {
    const auto& selector = *matrix.selector->as<VectorSelector>();
    return selector_text(selector) + "[" + to_string(matrix.range) + "]" + extension_text(selector) +
           modifiers_text(selector.modifiers);
  }
  std::string operator()(const Subquery& subquery) const {
    return to_string(*subquery.expr) + subquery_suffix(subquery);
  }
  std::string operator()(const Call& call) const {
    std::string args;
    for (const ExprPtr& arg : call.args) {
      if (!args.empty()) args += ", ";
      args += to_string(*arg);
    }
    return std::string(call.function->name) + "(" + args + ")";
  }
  std::string operator()(const Aggregate& aggregate) const {
    const std::string param = aggregate.param ? to_string(*aggregate.param) + ", " : "";
    return aggregate_head(aggregate) + "(" + param + to_string(*aggregate.expr) + ")";
  }
  std::string operator()(const Binary& binary) const {
    return left_text(binary, to_string(*binary.left)) + " " + operator_part(binary) + " " +
           to_string(*binary.right);
  }
  std::string operator()(const Unary& unary) const {
    return (unary.negate ? "-" : "+") + to_string(*unary.expr);
  }
  std::string operator()(const Paren& paren) const { return "(" + to_string(*paren.expr) + ")"; }
};

std::string pretty_at(const Expr& expr, size_t level);

std::string pretty_args(const Call& call, size_t level) {
  std::string out;
  for (const ExprPtr& arg : call.args) {
    if (!out.empty()) out += ",\n";
    out += pretty_at(*arg, level);
  }
  return out;
}

std::string pretty_at(const Expr& expr, size_t level) {
  const std::string indent(level * 2, ' ');
  if (const auto* unary = expr.as<Unary>()) {
    return indent + (unary->negate ? "-" : "+") + pretty_at(*unary->expr, level).substr(indent.size());
  }
  const std::string line = to_string(expr);
  if (line.size() <= kLineBytesMax) return indent + line;
  if (const auto* aggregate = expr.as<Aggregate>()) {
    const std::string param = aggregate->param ? pretty_at(*aggregate->param, level + 1) + ",\n" : "";
    return indent + aggregate_head(*aggregate) + "(\n" + param + pretty_at(*aggregate->expr, level + 1) +
           "\n" + indent + ")";
  }
  if (const auto* binary = expr.as<Binary>()) {
    return left_text(*binary, pretty_at(*binary->left, level + 1)) + "\n" + indent + operator_part(*binary) +
           "\n" + pretty_at(*binary->right, level + 1);
  }
  if (const auto* call = expr.as<Call>()) {
    return indent + std::string(call->function->name) + "(\n" + pretty_args(*call, level + 1) + "\n" +
           indent + ")";
  }
  if (const auto* paren = expr.as<Paren>()) {
    return indent + "(\n" + pretty_at(*paren->expr, level + 1) + "\n" + indent + ")";
  }
  if (const auto* subquery = expr.as<Subquery>())
    return pretty_at(*subquery->expr, level) + subquery_suffix(*subquery);
  return indent + line;
}

}  // namespace

std::string to_string(const Duration& duration) {
  return duration.node ? node_text(*duration.node) : duration_ms_text(duration.ms);
}

std::string to_string(const Expr& expr) {
  return std::visit(Printer{}, expr.node);
}

std::string pretty(const Expr& expr) {
  return pretty_at(expr, 0);
}

}  // namespace sonde::promql
