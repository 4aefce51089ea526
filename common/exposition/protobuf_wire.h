#pragma once
// Protocol buffers' wire format: just what a few messages need. Reading is sticky and checks every length
// against what is left, so that input from anybody is safe; writing appends. Views point into the input.

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace sonde::exposition {

enum class WireType : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

// Reads the fields of one message: while (reader.next()) switch (reader.field()) { … }. A getter of another
// wire type than the field has gives 0 or "" and makes the reader fail. After the loop ask failed().
class WireReader {
 public:
  explicit WireReader(std::string_view message) : rest_(message) {}

  // Moves to the next field; false at the end or after a failure.
  bool next();
  uint32_t field() const { return field_; }
  uint64_t varint() { return type_ == WireType::Varint ? number_ : mismatch(); }
  double fixed64() { return std::bit_cast<double>(type_ == WireType::Fixed64 ? number_ : mismatch()); }
  std::string_view bytes() {
    if (type_ != WireType::Bytes) mismatch();
    return bytes_;
  }
  bool failed() const { return failed_; }
  // What next() has not read.
  std::string_view rest() const { return rest_; }

 private:
  uint64_t mismatch() {
    failed_ = true;
    return 0;
  }

  std::string_view rest_;
  uint32_t field_ = 0;
  WireType type_ = WireType::Varint;
  uint64_t number_ = 0;
  std::string_view bytes_;
  bool failed_ = false;
};

// Takes a varint off the front of `text`; false when it is cut or longer than 64 bits.
bool take_varint(std::string_view& text, uint64_t& value);

void append_varint(std::string& out, uint64_t value);
void append_varint_field(std::string& out, uint32_t field, uint64_t value);
void append_fixed64_field(std::string& out, uint32_t field, double value);
void append_bytes_field(std::string& out, uint32_t field, std::string_view value);

}  // namespace sonde::exposition
