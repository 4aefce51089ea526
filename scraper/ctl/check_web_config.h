#pragma once
// sondectl check web-config.

#include <span>
#include <string>

namespace sonde::ctl {

// Reads files of --web.config.file and the certificates that they name, as a server would at its start.
int check_web_config(std::span<const std::string> arguments);

}  // namespace sonde::ctl
