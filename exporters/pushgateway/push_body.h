#pragma once
// From the bytes of a request to the text of a push: gzip or snappy taken off, protobuf turned into text.
// Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::pushgateway {

inline constexpr size_t kDecodedBytesMax = size_t{256} << 20;

struct BodyFacts {
  std::string_view content_type;
  std::string_view content_encoding;
  uint64_t bytes_max = 0;  // decoded; 0 takes kDecodedBytesMax
};

// The text in format 0.0.4, whether good or not. An encoding other than gzip and snappy and a type other than
// delimited protobuf are taken as plain text, as the reference does. LimitExceeded when more than
// `bytes_max` come out.
Result<std::string> decode_body(const BodyFacts& facts, std::string body);

}  // namespace sonde::pushgateway
