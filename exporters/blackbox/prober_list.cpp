#include <algorithm>
#include <array>

#include "exporters/blackbox/prober.h"

namespace sonde::blackbox {
namespace {

template <auto kSection>
AddressChoice& address_of(Module& module) {
  return (module.*kSection).address;
}

// Sorted by name.
constexpr std::array kProbers{
    Prober{.name = "dns", .start = start_dns_probe, .address = address_of<&Module::dns>},
    Prober{.name = "grpc", .start = start_grpc_probe, .address = address_of<&Module::grpc>},
    Prober{.name = "http", .start = start_http_probe, .address = address_of<&Module::http>},
    Prober{.name = "icmp", .start = start_icmp_probe, .address = address_of<&Module::icmp>},
    Prober{.name = "tcp", .start = start_tcp_probe, .address = address_of<&Module::tcp>},
    Prober{.name = "unix", .start = start_unix_probe},
    Prober{.name = "websocket", .start = start_missing_probe, .address = address_of<&Module::websocket>},
};
static_assert(std::ranges::is_sorted(kProbers, {}, &Prober::name));

}  // namespace

const Prober* find_prober(std::string_view name) {
  const auto at = std::ranges::lower_bound(kProbers, name, {}, &Prober::name);
  return at != kProbers.end() && at->name == name ? &*at : nullptr;
}

void start_missing_probe(std::shared_ptr<Probe> probe) {
  probe->log(LogLevel::Error, "This version does not run this prober; see docs/differences.md",
             {{"prober", probe->module().prober}});
  probe->finish(false);
}

}  // namespace sonde::blackbox
