#pragma once
// The name of this machine, for links and the runtime information. Any thread.

#include <string>

namespace sonde::api {

std::string host_name();  // "" when the kernel does not tell

}  // namespace sonde::api
