#pragma once
// sondectl check config [--syntax-only] [--agent] [--strict-support] FILE...: prints as promtool does.

#include <span>
#include <string>

namespace sonde::ctl {

int check_config(std::span<const std::string> arguments);

}  // namespace sonde::ctl
