#pragma once
// The names of DNS numbers as modules write them (IANA's, those that the reference knows).

#include <cstdint>
#include <optional>
#include <string_view>

namespace sonde::blackbox {

std::optional<uint16_t> dns_type_number(std::string_view name);   // "MX"
std::optional<uint16_t> dns_class_number(std::string_view name);  // "IN"
std::optional<uint16_t> dns_rcode_number(std::string_view name);  // "NXDOMAIN"

// "NXDOMAIN"; "unknown" for a number without a name.
std::string_view dns_rcode_name(uint16_t rcode);

}  // namespace sonde::blackbox
