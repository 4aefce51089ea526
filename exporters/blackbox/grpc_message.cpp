#include "exporters/blackbox/grpc_message.h"

#include <optional>

namespace sonde::blackbox {
namespace {

constexpr size_t kFrameHeaderBytes = 5;
constexpr unsigned char kServiceTag = 1 << 3 | 2;  // field 1, bytes
constexpr uint64_t kStatusField = 1;
enum class WireType : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };
constexpr int kVarintBitsMax = 63;

void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::optional<uint64_t> take_varint(std::string_view& in) {
  uint64_t value = 0;
  for (int shift = 0; shift <= kVarintBitsMax && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// Passes over a field's value; false when it is cut.
bool skip(std::string_view& in, WireType type) {
  uint64_t size = 0;
  switch (type) {
    case WireType::Varint:
      return take_varint(in).has_value();
    case WireType::Fixed64:
      size = 8;
      break;
    case WireType::Fixed32:
      size = 4;
      break;
    case WireType::Bytes: {
      const auto length = take_varint(in);
      if (!length) return false;
      size = *length;
      break;
    }
    default:
      return false;
  }
  if (size > in.size()) return false;
  in.remove_prefix(size);
  return true;
}

}  // namespace

std::string write_health_request(std::string_view service) {
  std::string message;
  if (!service.empty()) {
    message += static_cast<char>(kServiceTag);
    append_varint(message, service.size());
    message += service;
  }
  std::string out(kFrameHeaderBytes, '\0');
  for (size_t i = 0; i < 4; ++i) out[1 + i] = static_cast<char>(message.size() >> (8 * (3 - i)) & 0xFF);
  return out + message;
}

Result<ServingStatus> read_health_response(std::string_view body) {
  if (body.size() < kFrameHeaderBytes) return Error(ErrorCode::Truncated, "grpc: message is cut");
  if (body.front() != 0) return Error(ErrorCode::Unsupported, "grpc: message is compressed");
  uint64_t size = 0;
  for (size_t i = 1; i < kFrameHeaderBytes; ++i) size = size << 8 | static_cast<unsigned char>(body[i]);
  std::string_view message = body.substr(kFrameHeaderBytes);
  if (size != message.size()) return Error(ErrorCode::Truncated, "grpc: message is not as long as it says");
  uint64_t status = 0;
  while (!message.empty()) {
    const auto tag = take_varint(message);
    if (!tag) return Error(ErrorCode::Corrupt, "grpc: bad message");
    const auto type = static_cast<WireType>(*tag & 7);
    if (*tag >> 3 != kStatusField || type != WireType::Varint) {
      if (!skip(message, type)) return Error(ErrorCode::Corrupt, "grpc: bad message");
      continue;
    }
    const auto value = take_varint(message);
    if (!value) return Error(ErrorCode::Corrupt, "grpc: bad message");
    status = *value;
  }
  if (status > static_cast<uint64_t>(ServingStatus::ServiceUnknown))
    return Error(ErrorCode::Corrupt, "grpc: unknown serving status " + std::to_string(status));
  return static_cast<ServingStatus>(status);
}

int grpc_code_of_http(int http_status) {
  constexpr int kUnknown = 2;
  constexpr int kPermissionDenied = 7;
  constexpr int kUnimplemented = 12;
  constexpr int kUnauthenticated = 16;
  switch (http_status) {
    case 400:
      return kGrpcInternal;
    case 401:
      return kUnauthenticated;
    case 403:
      return kPermissionDenied;
    case 404:
      return kUnimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return kGrpcUnavailable;
    default:
      return kUnknown;
  }
}

}  // namespace sonde::blackbox
