#pragma once
// The header lines of a request: what the caller asks for, what the configuration adds (credentials, extra
// headers).

#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/http_client/client.h"
#include "common/http_client/file_cache.h"

namespace sonde::http {

// The text itself, or the file's trimmed content.
Result<std::string> read_secret(const Secret& secret, FileCache& files);

// "Name: value" lines of the configuration: authorization and http_headers. They are not sent to another host
// than the one they were meant for.
Result<std::vector<std::string>> credential_lines(const ClientConfig& config, FileCache& files);

// The lines of extra headers, one per value.
Status append_lines(const std::vector<ExtraHeader>& headers, FileCache& files,
                    std::vector<std::string>& lines);

}  // namespace sonde::http
