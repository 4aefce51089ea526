#pragma once
// Sizes of flags and configuration: base 2, the unit is mandatory ("512MB", "1GiB"); bare "0" is none.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde {

// Units B KB MB GB TB PB EB and their KiB forms, all powers of 1024; a fraction ("1.5GB") is accepted.
Result<uint64_t> parse_size_bytes(std::string_view text);

// The largest unit that is exact: 1536 MiB is "1536MiB", 2^30 is "1GiB", 0 is "0B".
std::string write_size_bytes(uint64_t size_bytes);

}  // namespace sonde
