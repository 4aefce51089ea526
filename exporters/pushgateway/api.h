#pragma once
// The query API's JSON, as the reference's: /api/v1/metrics and /api/v1/status. Pure.

#include <string>
#include <utility>
#include <vector>

#include "common/http_server/request.h"
#include "exporters/pushgateway/group_store.h"

namespace sonde::pushgateway {

// All groups: labels, whether the last push succeeded, and an object per family. Numbers are strings.
std::string write_api_metrics(const GroupStore& store);

// Build information, flags and start time.
std::string write_api_status(const std::vector<std::pair<std::string, std::string>>& flags,
                             double start_time_seconds);

// What every answer below /api/v1 carries.
std::vector<http::Header> cors_headers();

// A time as RFC 3339 in UTC with the fraction's digits that matter: "2026-11-21T12:00:00.5Z".
std::string write_rfc3339(double unix_seconds);

}  // namespace sonde::pushgateway
