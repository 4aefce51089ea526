#pragma once
// The messages of gRPC's health check (grpc.health.v1), in gRPC's framing: one byte that says whether the
// message is compressed, four of length, the protobuf message. Bytes only.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::blackbox {

enum class ServingStatus : uint8_t { Unknown = 0, Serving = 1, NotServing = 2, ServiceUnknown = 3 };

std::string write_health_request(std::string_view service);

// A status that this version does not know is Corrupt; fields it does not know are passed over.
Result<ServingStatus> read_health_response(std::string_view body);

// The codes of gRPC that a probe makes itself.
inline constexpr int kGrpcDeadlineExceeded = 4;
inline constexpr int kGrpcInternal = 13;
inline constexpr int kGrpcUnavailable = 14;

// What an answer without a gRPC status means, by its HTTP status (grpc's http-grpc-status-mapping).
int grpc_code_of_http(int http_status);

}  // namespace sonde::blackbox
