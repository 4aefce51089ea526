#pragma once
// Names to addresses without blocking the loop: getaddrinfo on the frame's workers. Loop thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/core/result.h"
#include "common/exporter/worker_pool.h"
#include "common/loop/event_loop.h"
#include "exporters/blackbox/module.h"
#include "exporters/blackbox/probe.h"

namespace sonde::blackbox {

// "192.0.2.1" or "2001:db8::1", without brackets.
struct IpAddress {
  std::string text;
  IpProtocol protocol = IpProtocol::Ip4;
};

class Resolver {
 public:
  explicit Resolver(loop::EventLoop& loop) : loop_(loop) {}

  // Calls back on the loop with the one address to probe. A literal address is not looked up.
  void resolve(const std::string& host, AddressChoice choice, std::function<void(Result<IpAddress>)> done);

 private:
  loop::EventLoop& loop_;
  exporter::WorkerPool pool_;
};

// The address of a literal, or NotFound.
Result<IpAddress> parse_ip(const std::string& text);

// FNV-1a, 32 bits, of the address's bytes: the reference's probe_ip_addr_hash.
uint32_t hash_ip(const IpAddress& address);

// Resolves for a probe, and exports probe_dns_lookup_time_seconds, probe_ip_protocol and probe_ip_addr_hash.
// `done` gets the address and how long it took; a failure is logged and ends the probe.
void resolve_for_probe(std::shared_ptr<Probe> probe, const std::string& host, AddressChoice choice,
                       std::function<void(const IpAddress&, double seconds)> done,
                       std::function<void()> failed);

}  // namespace sonde::blackbox
