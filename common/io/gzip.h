#pragma once
// gzip bodies (RFC 1952) in one call, with a limit on what comes out. zlib inside; no state is kept.

#include <cstddef>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::io {

// All members of the body, joined. Truncated and damaged bodies are errors; more than `bytes_max` decoded
// bytes is LimitExceeded, found before they are held.
Result<std::string> gunzip(std::string_view compressed, size_t bytes_max);

}  // namespace sonde::io
