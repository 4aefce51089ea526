#pragma once
// Base 64 as RFC 4648 has it. Pure functions.

#include <optional>
#include <string>
#include <string_view>

namespace sonde {

// Section 4, padded.
std::string encode_base64(std::string_view bytes);

// Section 4: "+" and "/", and padding must be there. nullopt on any other byte, white space included. Bits
// that the last digit has too many are not looked at, as in Go.
std::optional<std::string> decode_base64(std::string_view text);

// Section 5, for URLs and file names: "-" and "_", without padding.
std::string encode_base64url(std::string_view bytes);

// Section 5, for URLs and file names: "-" and "_", and padding may be left out.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace sonde
