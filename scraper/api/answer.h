#pragma once
// The envelope of every answer: {"status":"success","data":…,"warnings":[…],"infos":[…]} or an error with its
// type. Pure functions.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/http_server/request.h"
#include "scraper/api/json_writer.h"

namespace sonde::api {

inline constexpr std::string_view kJsonContentType = "application/json";

// The reference's errorType; each has its status code.
enum class ErrorType : uint8_t {
  BadData,
  Execution,
  Cancelled,
  Timeout,
  Internal,
  Unavailable,
  NotFound,
};

http::Response error_response(ErrorType type, std::string_view message);
http::Response bad_data(const Error& error);
// `invalid parameter "query": …`, a bad_data.
http::Response invalid_parameter(std::string_view name, std::string_view message);
// What the storage could not do: the world's fault, not the client's.
http::Response storage_error(const Error& error);

// `write` appends the value of "data".
http::Response data_response(const std::function<void(JsonWriter&)>& write,
                             std::span<const std::string> warnings = {});

void begin_success(JsonWriter& json);
// Closes the envelope; lists beyond ten are cut and counted, empty ones left out.
void end_success(JsonWriter& json, std::span<const std::string> warnings, std::span<const std::string> infos);

}  // namespace sonde::api
