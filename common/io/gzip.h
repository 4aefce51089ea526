#pragma once
// Compressed bodies (gzip, RFC 1952; deflate, RFC 1951) in one call, with a limit on what comes out.
// libdeflate inside, which is three times faster than zlib on whole bodies; zlib where that refuses, to say
// what is wrong. Any thread.

#include <cstddef>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::io {

// All members of the body, joined. Truncated and damaged bodies are errors; more than `bytes_max` decoded
// bytes is LimitExceeded, found before they are held.
Result<std::string> gunzip(std::string_view compressed, size_t bytes_max);
// The same, replacing `out`, whose room is used again.
Status gunzip_into(std::string_view compressed, std::string& out, size_t bytes_max);

// The same for a bare deflate stream, which may be followed by nothing.
Result<std::string> inflate_raw(std::string_view compressed, size_t bytes_max);

}  // namespace sonde::io
