#pragma once
// Percent-encoding (RFC 3986, section 2.1) and its form for queries, as Go's net/url reads and writes them.
// Pure functions.

#include <optional>
#include <string>
#include <string_view>

namespace sonde {

// RFC 3986, section 2.3: what is never encoded, beside letters and digits.
inline constexpr std::string_view kUnreservedMarks = "-._~";

// Appends `text` with every byte as %XX that is no letter, no digit and not in `kept`.
void append_percent_encoded(std::string& out, std::string_view text,
                            std::string_view kept = kUnreservedMarks);

// A name or value of a query: a blank becomes "+".
void append_query_encoded(std::string& out, std::string_view text);

// The text with each %XX decoded; nullopt when an escape is malformed. A "+" stays.
std::optional<std::string> decode_percent(std::string_view text);

// A name or value of a query: as decode_percent(), and "+" is a blank.
std::optional<std::string> decode_query(std::string_view text);

}  // namespace sonde
