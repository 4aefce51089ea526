#include "common/exposition/text_escape.h"

#include "common/core/text.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {
namespace {

void append_escaped(std::string& out, std::string_view text, bool escape_quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (c == '"' && escape_quotes)) out += '\\';
    out += c;
  }
}

void append_valid_escaped(std::string& out, std::string_view text, bool escape_quotes) {
  if (is_valid_utf8(text)) {
    append_escaped(out, text, escape_quotes);
  } else {
    append_escaped(out, replace_invalid_utf8(text), escape_quotes);
  }
}

void append_name(std::string& out, std::string_view name, bool legacy) {
  if (legacy) {
    out += name;
    return;
  }
  out += '"';
  append_valid_escaped(out, name, true);
  out += '"';
}

}  // namespace

bool is_plain_label_value(std::string_view value) {
  bool special = false;
  for (const char c : value) {
    special |= c == '\\' || c == '"' || c == '\n' || static_cast<signed char>(c) < 0;
  }
  return !special;
}

void append_label_value(std::string& out, std::string_view value) {
  if (is_plain_label_value(value)) {
    out += value;
  } else {
    append_valid_escaped(out, value, true);
  }
}

void append_help(std::string& out, std::string_view help, bool escape_quotes) {
  append_valid_escaped(out, help, escape_quotes);
}

void append_metric_name(std::string& out, std::string_view name) {
  append_name(out, name, is_legacy_metric_name(name));
}

void append_label_name(std::string& out, std::string_view name) {
  append_name(out, name, is_legacy_label_name(name));
}

}  // namespace sonde::exposition
