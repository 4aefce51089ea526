#pragma once
// Who writes into a folder, by what /proc tells: Debian's Prometheus takes no lock.

#include <optional>
#include <string>

namespace sonde::prometheus_tsdb {

// "prometheus (process 123)" of a process that has a file of the folder, or of a folder in it, open for
// writing. Processes of other users are only seen by root.
std::optional<std::string> find_writer(const std::string& folder);

}  // namespace sonde::prometheus_tsdb
