#pragma once
// sondectl tsdb verify: reads every byte of a data folder's blocks and log. The folder is only read, also
// beside a running server; but --quarantine moves damaged blocks and needs the folder for itself.

#include <span>
#include <string>

namespace sonde::ctl {

int tsdb_verify(std::span<const std::string> arguments);

}  // namespace sonde::ctl
