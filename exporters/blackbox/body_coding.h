#pragma once
// Bodies in the encodings that a module may expect. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::blackbox {

// `coding` is "gzip", "deflate", "br", "identity" or "", in any case; the body must be whole and decode to at
// most `bytes_max`.
Result<std::string> decompress(std::string_view coding, std::string body, uint64_t bytes_max);

}  // namespace sonde::blackbox
