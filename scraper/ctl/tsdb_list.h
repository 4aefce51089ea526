#pragma once
// sondectl tsdb list: the blocks of a data folder. The folder is only read, also beside a running server.

#include <span>
#include <string>

namespace sonde::ctl {

int tsdb_list(std::span<const std::string> arguments);

}  // namespace sonde::ctl
