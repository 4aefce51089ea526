#pragma once
// sondectl watch URL..., watch list, watch remove: uptime of URLs, ports, hosts and names by one command
// each. They only change the file that a job of the scraper reads; the scraper notices by itself.

#include <span>
#include <string>

namespace sonde::ctl {

int watch_add(std::span<const std::string> arguments);
int watch_list(std::span<const std::string> arguments);
int watch_remove(std::span<const std::string> arguments);

}  // namespace sonde::ctl
