#include "exporters/pushgateway/push_body.h"

#include <utility>

#include "common/core/text.h"
#include "common/exposition/protobuf_reader.h"
#include "common/io/gzip.h"
#include "exporters/pushgateway/snappy_frames.h"

namespace sonde::pushgateway {
namespace {

// The value of a media type's parameter, without its quotes.
std::string_view media_parameter(std::string_view media_type, std::string_view name) {
  const auto parts = split(media_type, ';');
  for (size_t i = 1; i < parts.size(); ++i) {
    const Cut pair = cut(parts[i], '=');
    if (!equals_ignoring_case(trim(pair.before), name)) continue;
    std::string_view value = trim(pair.after);
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return {};
}

bool is_protobuf(std::string_view content_type) {
  return equals_ignoring_case(trim(cut(content_type, ';').before), "application/vnd.google.protobuf") &&
         media_parameter(content_type, "encoding") == "delimited" &&
         media_parameter(content_type, "proto") == "io.prometheus.client.MetricFamily";
}

Result<std::string> decompress(const BodyFacts& facts, std::string body) {
  const size_t bytes_max = facts.bytes_max == 0 ? kDecodedBytesMax : facts.bytes_max;
  if (equals_ignoring_case(facts.content_encoding, "gzip")) return io::gunzip(body, bytes_max);
  if (equals_ignoring_case(facts.content_encoding, "snappy")) return decode_snappy_frames(body, bytes_max);
  return body;
}

}  // namespace

Result<std::string> decode_body(const BodyFacts& facts, std::string body) {
  auto plain = decompress(facts, std::move(body));
  if (!plain || !is_protobuf(facts.content_type)) return plain;
  std::string text;
  if (auto converted = exposition::append_protobuf_as_text(*plain, text); !converted)
    return converted.error();
  return text;
}

}  // namespace sonde::pushgateway
