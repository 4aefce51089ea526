#pragma once
// Snappy's framing format (google/snappy, framing_format.txt), as Go's snappy.NewReader reads it: what
// clients send with "Content-Encoding: snappy". Pure.

#include <cstddef>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::pushgateway {

// All chunks, joined; each one's checksum is verified. Nothing decodes to nothing. More than `bytes_max`
// decoded bytes is LimitExceeded.
Result<std::string> decode_snappy_frames(std::string_view frames, size_t bytes_max);

}  // namespace sonde::pushgateway
