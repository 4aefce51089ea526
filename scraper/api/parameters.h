#pragma once
// Reads the parameters of a request as the reference does: times, durations, limits, names. Pure functions;
// messages are those that clients of the reference know.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/http_server/request.h"

namespace sonde::api {

// The widest range a request can name; the reference prints it in years. In milliseconds.
inline constexpr int64_t kTimeMinMs = -9'223'372'036'854'775;
inline constexpr int64_t kTimeMaxMs = 9'223'372'036'854'775;

// Seconds since 1970 with decimals, or RFC 3339 ("2026-11-21T03:04:05.678+01:00"). Rounded to milliseconds.
Result<int64_t> parse_time_ms(std::string_view text);

// Seconds with decimals, or a Prometheus duration ("1h30m").
Result<std::chrono::milliseconds> parse_step(std::string_view text);

// The named parameter, or nullopt when it is absent or empty. Errors name the parameter.
Result<std::optional<int64_t>> time_parameter(const http::Request& request, std::string_view name);
Result<std::optional<std::chrono::milliseconds>> step_parameter(const http::Request& request,
                                                                std::string_view name);
// 0 when absent: no limit.
Result<size_t> limit_parameter(const http::Request& request);

}  // namespace sonde::api
