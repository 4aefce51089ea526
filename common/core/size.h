#pragma once
// Sizes of flags and configuration: base 2, the unit is mandatory ("512MB", "1GiB"); bare "0" is none.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde {

// Units B KB MB GB TB PB EB and their KiB forms, all powers of 1024; fractions ("1.5GB") and sums
// ("1GB512MB") are accepted, what is negative or does not fit 63 bits is not.
Result<uint64_t> parse_size_bytes(std::string_view text);

// Exact and as the reference prints it: 2^30 is "1GiB", 1.5 * 2^30 is "1GiB512MiB", 0 is "0B".
std::string write_size_bytes(uint64_t size_bytes);

}  // namespace sonde
