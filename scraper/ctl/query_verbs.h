#pragma once
// sondectl query instant | range | series | labels: asks a server and prints the answer as promtool does.

#include <span>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::ctl {

int query_instant(std::span<const std::string> arguments);
int query_range(std::span<const std::string> arguments);
int query_series(std::span<const std::string> arguments);
int query_labels(std::span<const std::string> arguments);

enum class OutputFormat : uint8_t { Promql, Json };

// What to print for the body of an API answer: "up{job="x"} => 1 @[1700000000]" and so on, or the result's
// JSON. An answer with an error becomes that error ("query error: bad_data: …").
Result<std::string> render_query(std::string_view body, OutputFormat format);
Result<std::string> render_series(std::string_view body, OutputFormat format);
Result<std::string> render_labels(std::string_view body, OutputFormat format);

}  // namespace sonde::ctl
