#include <algorithm>
#include <array>

#include "exporters/blackbox/prober.h"

namespace sonde::blackbox {
namespace {

// Sorted by name.
constexpr std::array kProbers{
    Prober{.name = "dns", .start = start_missing_probe},
    Prober{.name = "grpc", .start = start_missing_probe},
    Prober{.name = "http", .start = start_http_probe},
    Prober{.name = "icmp", .start = start_icmp_probe},
    Prober{.name = "tcp", .start = start_missing_probe},
    Prober{.name = "unix", .start = start_missing_probe},
    Prober{.name = "websocket", .start = start_missing_probe},
};
static_assert(std::ranges::is_sorted(kProbers, {}, &Prober::name));

}  // namespace

const Prober* find_prober(std::string_view name) {
  const auto at = std::ranges::lower_bound(kProbers, name, {}, &Prober::name);
  return at != kProbers.end() && at->name == name ? &*at : nullptr;
}

void start_missing_probe(std::shared_ptr<Probe> probe) {
  probe->log(LogLevel::Error, "This version does not run this prober; it runs http and icmp",
             {{"prober", probe->module().prober}});
  probe->finish(false);
}

}  // namespace sonde::blackbox
