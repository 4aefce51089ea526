#pragma once
// What a service manager (systemd) wants to hear and hands over: readiness, watchdog, listening sockets. Its
// protocol by hand, because its library would pull a dozen others. Reads the environment; call from main's
// thread.

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde {

// Tells the service manager "READY=1", "STOPPING=1", "WATCHDOG=1", "RELOADING=1\nMONOTONIC_USEC=…". Without
// one
// ($NOTIFY_SOCKET unset) nothing happens.
Status notify_service_manager(std::string_view state);

// The listening descriptors that were handed over to this process, closed on exec from now on; NotFound when
// there are none. The caller owns them; a second call finds none.
Result<std::vector<int>> take_inherited_sockets();

// How often the service manager wants to hear WATCHDOG=1 at the least; nullopt when it does not.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace sonde
