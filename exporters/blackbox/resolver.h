#pragma once
// Names to addresses without blocking the loop: by /etc/hosts and DNS questions of our own, or, where the
// host finds names in other ways too (nsswitch.conf), by getaddrinfo on the process's workers. Loop thread. A
// look-up that hangs is given up at its deadline; one of the C library's may go on behind the resolver's end.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "common/core/mutex.h"
#include "common/core/result.h"
#include "common/exporter/worker_pool.h"
#include "common/http_client/tls_session.h"
#include "common/loop/event_loop.h"
#include "exporters/blackbox/module.h"
#include "exporters/blackbox/probe.h"

namespace sonde::blackbox {

// "192.0.2.1" or "2001:db8::1", without brackets.
struct IpAddress {
  std::string text;
  IpProtocol protocol = IpProtocol::Ip4;
};

// Where the host's settings lie; port 53 unless a test says otherwise.
struct NameSources {
  std::string hosts = "/etc/hosts";
  std::string resolv_conf = "/etc/resolv.conf";
  std::string nsswitch_conf = "/etc/nsswitch.conf";
  std::string port = "53";
};

class Resolver {
 public:
  using Done = std::function<void(Result<IpAddress>)>;
  // Blocks; called on workers, even after the resolver has gone.
  using LookUp = std::function<Result<IpAddress>(const std::string& host, AddressChoice choice)>;

  Resolver(loop::EventLoop& loop, exporter::WorkerPool& workers, http::TlsStores& stores,
           NameSources sources = {});
  // By `look_up` only.
  Resolver(loop::EventLoop& loop, exporter::WorkerPool& workers, http::TlsStores& stores, LookUp look_up);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Calls back on the loop with the one address to probe, or by the deadline with an error. A literal address
  // is not looked up.
  void resolve(const std::string& host, AddressChoice choice, int64_t deadline_monotonic_ns, Done done);

 private:
  // Lets a worker that returns find out whether the resolver still lives.
  struct Gate {
    Mutex mutex;
    Resolver* owner GUARDED_BY(mutex) = nullptr;
  };
  struct Pending {
    Done done;
    exporter::WorkerPool::JobId job = 0;
    loop::TimerId deadline = loop::TimerId::None;
  };
  void answer(uint64_t id, Result<IpAddress> address);
  // True when the host's settings were enough: `done` is or will be called.
  bool resolve_here(const std::string& host, AddressChoice choice, int64_t deadline_monotonic_ns,
                    const Done& done);
  std::string read_setting(const std::string& path);

  loop::EventLoop& loop_;
  exporter::WorkerPool& workers_;
  http::TlsStores& stores_;
  const std::optional<NameSources> sources_;
  const LookUp look_up_;
  std::shared_ptr<Gate> gate_;  // Shared with the jobs.
  std::unordered_map<uint64_t, Pending> pending_;
  uint64_t next_id_ = 1;
};

// The address of a literal, or NotFound.
Result<IpAddress> parse_ip(const std::string& text);

// FNV-1a, 32 bits, of the address's bytes: the reference's probe_ip_addr_hash.
uint32_t hash_ip(const IpAddress& address);

// Resolves for a probe, and exports probe_dns_lookup_time_seconds, probe_ip_protocol and probe_ip_addr_hash.
// `done` gets the address and how long it took; a failure is logged, and `failed` has to end the probe.
void resolve_for_probe(std::shared_ptr<Probe> probe, const std::string& host, AddressChoice choice,
                       std::function<void(const IpAddress&, double seconds)> done,
                       std::function<void(double seconds)> failed);

}  // namespace sonde::blackbox
