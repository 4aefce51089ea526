#pragma once
// sondectl check metrics | healthy | ready.

#include <span>
#include <string>

namespace sonde::ctl {

// Lints a page from standard input; exit code 3 when there is a finding.
int check_metrics(std::span<const std::string> arguments);
// Ask a server's /-/healthy and /-/ready.
int check_healthy(std::span<const std::string> arguments);
int check_ready(std::span<const std::string> arguments);

}  // namespace sonde::ctl
