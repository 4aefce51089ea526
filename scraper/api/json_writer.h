#pragma once
// Writes JSON by appending to a buffer: commas are placed by the writer, numbers and timestamps look as the
// reference's. It does not check nesting: whoever begins an object ends it. One thread; the buffer is the
// caller's.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/metrics/labels.h"

namespace sonde::api {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(&out) {}

  // Goes on in another buffer, for answers that are sent piece by piece.
  void continue_in(std::string& out) { out_ = &out; }

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  // Bytes that are not UTF-8 become U+FFFD.
  void string(std::string_view text);
  void integer(int64_t value);
  void number(double value);
  void boolean(bool value);

  // A sample's value is a string: "1.5", "NaN", "+Inf".
  void sample_value(double value);
  // Seconds with three decimals, or none when they are zero.
  void timestamp(int64_t time_ms);
  // {"name":"value",…}
  void labels(const Labels& labels);

  void member(std::string_view name, std::string_view text) {
    key(name);
    string(text);
  }
  void member(std::string_view name, const char* text) { member(name, std::string_view(text)); }
  void member(std::string_view name, int64_t value) {
    key(name);
    integer(value);
  }
  void member(std::string_view name, bool value) {
    key(name);
    boolean(value);
  }
  void member(std::string_view name, double value) {
    key(name);
    number(value);
  }

 private:
  void comma() {
    if (comma_needed_) *out_ += ',';
    comma_needed_ = true;
  }
  void open(char bracket) {
    comma();
    *out_ += bracket;
    comma_needed_ = false;
  }
  void close(char bracket) {
    *out_ += bracket;
    comma_needed_ = true;
  }
  void append_escaped(std::string_view text);

  std::string* out_;
  bool comma_needed_ = false;
};

}  // namespace sonde::api
