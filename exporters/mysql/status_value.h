#pragma once
// Status and variable texts of a server as numbers, by the reference's rules.

#include <optional>
#include <string>
#include <string_view>

namespace sonde::mysql {

// yes/on/primary 1; no/off/disabled/connecting/non-primary/disconnected 0; "Jan 02 15:04:05 2006 GMT" and
// "2006-01-02 15:04:05" as Unix seconds (UTC); else a float. nullopt: not a number; neither is a log file's
// name, whose number the reference means to read and does not.
std::optional<double> parse_status_value(std::string_view text);

// A server's name as part of a metric name: lower case, other characters than [a-z0-9_] as "_".
std::string metric_part(std::string_view name);

}  // namespace sonde::mysql
