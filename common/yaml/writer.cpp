#include "common/yaml/writer.h"

#include <array>
#include <utility>

#include "common/core/number_text.h"
#include "common/yaml/scalar.h"

namespace sonde::yaml {
namespace {

Node make_plain(std::string text) {
  Node node;
  node.kind = NodeKind::Scalar;
  node.text = std::move(text);
  return node;
}

// What must be written as an escape: control characters, and the line breaks and marks of YAML beyond ASCII.
struct Special {
  uint32_t code_point = 0;
  size_t length = 0;  // bytes of it at the start of the text; 0 where the text begins with anything else
};
Special read_special(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x20 || first == 0x7f) return {first, 1};
  if (first == 0xC2 && text.size() > 1) {
    const auto second = static_cast<unsigned char>(text[1]);
    if (second < 0xA0) return {second, 2};
  }
  struct Row {
    std::string_view bytes;
    uint32_t code_point;
  };
  for (const Row& row :
       {Row{"\xE2\x80\xA8", 0x2028}, Row{"\xE2\x80\xA9", 0x2029}, Row{"\xEF\xBB\xBF", 0xFEFF},
        Row{"\xEF\xBF\xBE", 0xFFFE}, Row{"\xEF\xBF\xBF", 0xFFFF}}) {
    if (text.starts_with(row.bytes)) return {row.code_point, row.bytes.size()};
  }
  return {};
}

bool has_special(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (read_special(text.substr(i)).length > 0) return true;
  }
  return false;
}

// Could not stand without quotes, whatever it means.
bool is_unsafe(std::string_view text, bool in_flow) {
  constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`";
  if (text.empty()) return true;
  // At the left margin these begin and end a document.
  if (text.starts_with("---") || text.starts_with("...")) return true;
  if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return true;
  if (kIndicators.find(text.front()) != std::string_view::npos) {
    const bool only_before_space = text.front() == '-' || text.front() == '?' || text.front() == ':';
    if (!only_before_space || text.size() == 1 || text[1] == ' ' || in_flow) return true;
  }
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return true;
  return in_flow && text.find_first_of(",[]{}:") != std::string_view::npos;
}

void append_escape(std::string& out, uint32_t code_point) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  if (code_point == '\n') {
    out += "\\n";
  } else if (code_point == '\t') {
    out += "\\t";
  } else {
    out += code_point < 0x100 ? "\\x" : "\\u";
    for (int shift = code_point < 0x100 ? 4 : 12; shift >= 0; shift -= 4)
      out += kHex[code_point >> shift & 15];
  }
}

void append_double_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Special special = read_special(text);
    if (special.length > 0) {
      append_escape(out, special.code_point);
    } else {
      if (text.front() == '"' || text.front() == '\\') out += '\\';
      out += text.front();
    }
    text.remove_prefix(special.length > 0 ? special.length : 1);
  }
  out += '"';
}

void append_scalar(std::string& out, const Node& node, bool in_flow) {
  if (node.kind == NodeKind::Null) {
    out += "null";
  } else if (!node.plain && (has_special(node.text) || needs_quotes(node.text))) {
    append_double_quoted(out, node.text);
  } else if (!node.plain && is_unsafe(node.text, in_flow)) {
    out += '\'';
    for (const char c : node.text) out.append(c == '\'' ? 2 : 1, c);
    out += '\'';
  } else {
    out += node.text;
  }
}

bool is_block(const Node& node) {
  return (node.kind == NodeKind::List && !node.items.empty() && !node.flow) ||
         (node.kind == NodeKind::Map && !node.entries.empty());
}

void append_inline(std::string& out, const Node& node) {
  if (node.kind == NodeKind::Map) {
    out += "{}";
  } else if (node.kind == NodeKind::List) {
    out += '[';
    for (size_t i = 0; i < node.items.size(); ++i) {
      if (i > 0) out += ", ";
      append_scalar(out, node.items[i], true);
    }
    out += ']';
  } else {
    append_scalar(out, node, false);
  }
}

void append_block(std::string& out, const Node& node, size_t indent);

// One entry; the caller has written what stands before the key.
void append_entry(std::string& out, const Entry& entry, size_t indent) {
  append_scalar(out, make_text(entry.key), false);
  out += ':';
  if (!is_block(entry.value)) {
    out += ' ';
    append_inline(out, entry.value);
    out += '\n';
    return;
  }
  out += '\n';
  append_block(out, entry.value, entry.value.kind == NodeKind::List ? indent : indent + 2);
}

void append_block(std::string& out, const Node& node, size_t indent) {
  const std::string margin(indent, ' ');
  for (const Entry& entry : node.entries) {
    out += margin;
    append_entry(out, entry, indent);
  }
  for (const Node& item : node.items) {
    out += margin + "- ";
    if (!is_block(item)) {
      append_inline(out, item);
      out += '\n';
      continue;
    }
    // The first line of the item stands behind the dash, the others under it.
    std::string block;
    append_block(block, item, indent + 2);
    out += std::string_view(block).substr(indent + 2);
  }
}

}  // namespace

Node make_text(std::string_view text) {
  Node node = make_plain(std::string(text));
  node.plain = false;
  return node;
}

Node make_boolean(bool value) {
  return make_plain(value ? "true" : "false");
}

Node make_integer(int64_t value) {
  return make_plain(std::to_string(value));
}

Node make_unsigned(uint64_t value) {
  return make_plain(std::to_string(value));
}

Node make_number(double value) {
  std::string text;
  append_number_exposition(text, value);
  return make_plain(std::move(text));
}

Node make_list() {
  Node node;
  node.kind = NodeKind::List;
  return node;
}

Node make_map() {
  Node node;
  node.kind = NodeKind::Map;
  return node;
}

Node make_list(const std::vector<std::string>& texts) {
  Node node = make_list();
  for (const std::string& text : texts) node.items.push_back(make_text(text));
  return node;
}

Node make_map(const std::map<std::string, std::string>& texts) {
  Node node = make_map();
  for (const auto& [key, text] : texts) put(node, key, make_text(text));
  return node;
}

void put(Node& map, std::string_view key, Node value) {
  map.kind = NodeKind::Map;
  map.entries.push_back({std::string(key), {}, std::move(value)});
}

void put_unless_empty(Node& map, std::string_view key, Node value) {
  const bool empty = value.text.empty() && value.items.empty() && value.entries.empty();
  if (!empty) put(map, key, std::move(value));
}

std::string write(const Node& root) {
  std::string out;
  if (is_block(root)) {
    append_block(out, root, 0);
  } else {
    append_inline(out, root);
    out += '\n';
  }
  return out;
}

}  // namespace sonde::yaml
