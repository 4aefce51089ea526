#pragma once
// sondectl tsdb list | verify | analyze: what the block files of a data folder hold. The folder is only read,
// also beside a running server; but `verify --quarantine` moves files and needs the folder for itself.

#include <span>
#include <string>

namespace sonde::ctl {

int tsdb_list(std::span<const std::string> arguments);
int tsdb_verify(std::span<const std::string> arguments);
int tsdb_analyze(std::span<const std::string> arguments);

}  // namespace sonde::ctl
