#pragma once
// The table of probers: a module's prober is a name here and nowhere else.

#include <memory>
#include <string_view>

#include "exporters/blackbox/probe.h"

namespace sonde::blackbox {

struct Prober {
  std::string_view name;
  // Starts the probe; it ends by Probe::finish(), at the latest at its deadline.
  void (*start)(std::shared_ptr<Probe> probe) = nullptr;
  // The module's choice among the target's addresses; nullptr when the prober has none to choose.
  AddressChoice& (*address)(Module& module) = nullptr;
};

// The row of that name, or nullptr.
const Prober* find_prober(std::string_view name);

void start_dns_probe(std::shared_ptr<Probe> probe);
void start_grpc_probe(std::shared_ptr<Probe> probe);
void start_http_probe(std::shared_ptr<Probe> probe);
void start_icmp_probe(std::shared_ptr<Probe> probe);
void start_tcp_probe(std::shared_ptr<Probe> probe);
void start_unix_probe(std::shared_ptr<Probe> probe);
// For the probers whose modules are read and checked but that this version does not run: fails and says so.
void start_missing_probe(std::shared_ptr<Probe> probe);

}  // namespace sonde::blackbox
