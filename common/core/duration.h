#pragma once
// The two duration languages of the ecosystem. Prometheus' (configuration, PromQL, API): units y w d h m s ms,
// each once, longest first, integers only. Go's (some flags of the exporters): "1.5s", "300ms", "1h15m0.5s".

#include <chrono>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde {

// "1h30m", "0"; not "", "1.5h", "30m1h". y = 365d, w = 7d, d = 24h. Refuses what passes 2^63 ns, as Go does.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// The shortest exact form, as the reference prints it: 90 s is "1m30s", 0 is "0s", a week is "1w".
std::string write_duration(std::chrono::milliseconds duration);

// Go's time.ParseDuration: signed, fractional, units ns us µs ms s m h.
Result<std::chrono::nanoseconds> parse_go_duration(std::string_view text);

// Go's Duration.String(): "1h30m0s", "1.5s", "300ms", "0s".
std::string write_go_duration(std::chrono::nanoseconds duration);

}  // namespace sonde
