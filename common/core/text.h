#pragma once
// Small text facts that every layer needs: trimming, splitting, quoting for messages, UTF-8.
// Views returned point into the argument.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sonde {

// Without spaces, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);

// Pieces between single separators; "a,,b" gives three, "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

// Cuts `text` at the first separator: {"a", "b=c"} of "a=b=c"; {text, ""} when there is none.
struct Cut {
  std::string_view before;
  std::string_view after;
  bool found = false;
};
Cut cut(std::string_view text, char separator);

// For error messages: in double quotes, control bytes and quotes escaped, cut after `bytes_max` with "…".
std::string quoted(std::string_view text, size_t bytes_max = 80);

std::string to_lower_ascii(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

// True for well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF), as Go's utf8.ValidString.
bool is_valid_utf8(std::string_view text);

// The text with each malformed byte replaced by U+FFFD.
std::string replace_invalid_utf8(std::string_view text);

// Number of code points in valid UTF-8.
size_t count_runes(std::string_view text);

// Appends one code point as UTF-8.
void append_utf8(std::string& out, uint32_t code_point);

// The value of a hexadecimal digit in either case; -1 for any other byte.
int hex_digit(char c);

// Appends a byte as two hexadecimal digits in lower case.
void append_hex(std::string& out, unsigned char byte);

// Walks the white-space separated fields of one line (spaces and tabs). Sticky: read all fields, then ask
// failed() once. A field that is missing or is no number makes it fail; what it returned then is 0 or "".
class FieldCursor {
 public:
  explicit FieldCursor(std::string_view line) : rest_(line) {}

  std::string_view text();   // the next field
  double number();           // the next field as a decimal number
  uint64_t integer();        // the next field as an unsigned decimal integer
  void skip(size_t count);   // passes over `count` fields
  bool at_end();             // no field is left
  bool failed() const { return failed_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace sonde
