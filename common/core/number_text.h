#pragma once
// Numbers to text and back exactly as the Go originals do it: shortest text that reads back to the same bits.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sonde {

// Go's strconv.FormatFloat(v, 'g', -1, 64): the exposition formats. "1e+06", "0.0001", "+Inf", "-Inf", "NaN".
void append_number_exposition(std::string& out, double value);

// Go's 'f' form, with an exponent only below 1e-6 or from 1e21: the HTTP API's JSON. "1000000", "1e-07",
// "-0".
void append_number_api(std::string& out, double value);

// Go's 'f', -1: never an exponent (count_values labels).
void append_number_plain(std::string& out, double value);

void append_integer(std::string& out, int64_t value);
void append_unsigned(std::string& out, uint64_t value);

// A whole text as a float64: decimal with optional sign and exponent, "Inf", "+Inf", "-Inf", "NaN" and
// "infinity" in any case. Empty, hexadecimal, underscores, trailing bytes and overflow ("1e400") give
// nullopt; what is too small becomes 0. This is what the text exposition formats accept.
std::optional<double> parse_number(std::string_view text);

// The quick way into a longer text: reads an unsigned decimal (digits, point, exponent) from `begin` on and
// returns where it stopped, having set `value` to the exact result. nullptr when the number is none, or one
// that needs parse_number(). The caller looks at what follows.
const char* scan_decimal(const char* begin, const char* end, double& value);

// A whole text as a signed decimal integer; nullopt on anything else, overflow included.
std::optional<int64_t> parse_integer(std::string_view text);
std::optional<uint64_t> parse_unsigned(std::string_view text);

}  // namespace sonde
