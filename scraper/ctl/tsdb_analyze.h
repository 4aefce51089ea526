#pragma once
// sondectl tsdb analyze: what the series of a block are made of. The folder is only read, also beside a
// running server.

#include <span>
#include <string>

namespace sonde::ctl {

int tsdb_analyze(std::span<const std::string> arguments);

}  // namespace sonde::ctl
