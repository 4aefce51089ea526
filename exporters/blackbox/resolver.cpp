#include "exporters/blackbox/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <cstring>
#include <utility>

#include "common/core/text.h"
#include "exporters/blackbox/name_files.h"
#include "exporters/blackbox/stub_resolver.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kLookupTime{"probe_dns_lookup_time_seconds",
                           "Returns the time taken for probe dns lookup in seconds"};
constexpr Desc kIpProtocol{"probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6"};
constexpr Desc kIpHash{"probe_ip_addr_hash",
                       "Specifies the hash of IP address. It's useful to detect if the IP address changes."};

int family_of(IpProtocol protocol) {
  return protocol == IpProtocol::Ip4 ? AF_INET : AF_INET6;
}

std::optional<IpAddress> first_of_family(const addrinfo* list, IpProtocol protocol) {
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != family_of(protocol)) continue;
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      return IpAddress{.text = text.data(), .protocol = protocol};
    }
  }
  return std::nullopt;
}

Error no_address(const std::string& host, AddressChoice choice) {
  const std::string_view wanted = choice.preferred == IpProtocol::Ip4 ? "ip4" : "ip6";
  return Error(ErrorCode::NotFound, "lookup " + host + ": no " + std::string(wanted) + " address");
}

// The one to probe among literal addresses.
Result<IpAddress> choose_address(const std::string& host, const std::vector<std::string>& addresses,
                                 AddressChoice choice) {
  std::optional<IpAddress> other;
  for (const std::string& text : addresses) {
    const auto address = parse_ip(text);
    if (!address) continue;
    if (address->protocol == choice.preferred) return *address;
    if (!other) other = *address;
  }
  if (other && choice.fallback) return *other;
  return no_address(host, choice);
}

// Blocking.
Result<IpAddress> look_up(const std::string& host, AddressChoice choice) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  if (code != 0) return Error(ErrorCode::NotFound, "lookup " + host + ": " + ::gai_strerror(code));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(raw, ::freeaddrinfo);
  const IpProtocol other = choice.preferred == IpProtocol::Ip4 ? IpProtocol::Ip6 : IpProtocol::Ip4;
  if (auto address = first_of_family(list.get(), choice.preferred)) return *address;
  if (choice.fallback) {
    if (auto address = first_of_family(list.get(), other)) return *address;
  }
  return no_address(host, choice);
}

}  // namespace

Result<IpAddress> parse_ip(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  // A zone ("fe80::1%eth0") is kept, but is no part of the address itself.
  const std::string bare = text.substr(0, text.find('%'));
  if (::inet_pton(AF_INET, bare.c_str(), bytes.data()) == 1) return IpAddress{text, IpProtocol::Ip4};
  if (::inet_pton(AF_INET6, bare.c_str(), bytes.data()) == 1) return IpAddress{text, IpProtocol::Ip6};
  return Error(ErrorCode::NotFound, "not an address: " + quoted(text));
}

uint32_t hash_ip(const IpAddress& address) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const std::string bare = address.text.substr(0, address.text.find('%'));
  const bool ip4 = address.protocol == IpProtocol::Ip4;
  ::inet_pton(family_of(address.protocol), bare.c_str(), bytes.data());
  uint32_t hash = 2166136261;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 16777619; };
  for (size_t i = 0; i < (ip4 ? sizeof(in_addr) : sizeof(in6_addr)); ++i) add(bytes[i]);
  return hash;
}

Resolver::Resolver(loop::EventLoop& loop, exporter::WorkerPool& workers, http::TlsStores& stores,
                   NameSources sources)
    : loop_(loop),
      workers_(workers),
      stores_(stores),
      sources_(std::move(sources)),
      look_up_(&blackbox::look_up),
      gate_(std::make_shared<Gate>()) {
  const MutexLock lock(gate_->mutex);
  gate_->owner = this;
}

Resolver::Resolver(loop::EventLoop& loop, exporter::WorkerPool& workers, http::TlsStores& stores,
                   LookUp look_up)
    : loop_(loop),
      workers_(workers),
      stores_(stores),
      look_up_(std::move(look_up)),
      gate_(std::make_shared<Gate>()) {
  const MutexLock lock(gate_->mutex);
  gate_->owner = this;
}

Resolver::~Resolver() {
  for (const auto& [id, pending] : pending_) loop_.cancel(pending.deadline);
  const MutexLock lock(gate_->mutex);
  gate_->owner = nullptr;
}

void Resolver::resolve(const std::string& host, AddressChoice choice, int64_t deadline_monotonic_ns,
                       Done done) {
  if (auto literal = parse_ip(host)) {
    if (literal->protocol != choice.preferred && !choice.fallback) literal = no_address(host, choice);
    loop_.post([done = std::move(done), address = std::move(literal)] { done(address); });
    return;
  }
  if (sources_ && resolve_here(host, choice, deadline_monotonic_ns, done)) return;
  const uint64_t id = next_id_++;
  Pending& pending = pending_[id];
  pending.done = std::move(done);
  pending.job = workers_.submit([host, choice, id, look_up = look_up_, gate = gate_] {
    auto found = look_up(host, choice);
    const MutexLock lock(gate->mutex);
    if (gate->owner == nullptr) return;
    gate->owner->loop_.post([gate, id, found = std::move(found)] {
      Resolver* owner = nullptr;
      {
        const MutexLock again(gate->mutex);
        owner = gate->owner;
      }
      // Only this thread makes the owner go away, so that it cannot do so now.
      if (owner != nullptr) owner->answer(id, found);
    });
  });
  pending.deadline = loop_.at(deadline_monotonic_ns, [this, id, host] {
    workers_.abandon(pending_.at(id).job);
    answer(id, Error(ErrorCode::DeadlineExceeded, "lookup " + host + ": i/o timeout"));
  });
}

// A file that is not there says nothing.
std::string Resolver::read_setting(const std::string& path) {
  const auto text = stores_.files().read(path);
  return text ? **text : "";
}

bool Resolver::resolve_here(const std::string& host, AddressChoice choice, int64_t deadline_monotonic_ns,
                            const Done& done) {
  if (!uses_files_and_dns_only(read_setting(sources_->nsswitch_conf))) return false;
  const auto known = find_in_hosts(read_setting(sources_->hosts), host);
  if (!known.empty()) {
    loop_.post([done, address = choose_address(host, known, choice)] { done(address); });
    return true;
  }
  const ResolverSettings settings = parse_resolv_conf(read_setting(sources_->resolv_conf));
  StubQuestion question{.names = names_to_ask(host, settings),
                        .servers = {},
                        .timeout_seconds = settings.timeout_seconds,
                        .attempts = settings.attempts,
                        .deadline_monotonic_ns = deadline_monotonic_ns};
  for (const std::string& server : settings.servers) {
    if (auto address = to_socket_address(server, sources_->port)) question.servers.push_back(*address);
  }
  if (question.servers.empty()) return false;
  ask_servers(loop_, stores_, std::move(question),
              [host, choice, done](Result<std::vector<std::string>> found) {
                done(found ? choose_address(host, *found, choice) : found.error().in("lookup " + host));
              });
  return true;
}

void Resolver::answer(uint64_t id, Result<IpAddress> address) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;  // It came after its deadline.
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  loop_.cancel(pending.deadline);
  pending.done(std::move(address));
}

void resolve_for_probe(std::shared_ptr<Probe> probe, const std::string& host, AddressChoice choice,
                       std::function<void(const IpAddress&, double seconds)> done,
                       std::function<void(double seconds)> failed) {
  const int64_t begin = probe->tools().clock.monotonic_ns();
  probe->log(LogLevel::Debug, "Resolving target address", {{"target", host}});
  probe->tools().resolver.resolve(
      host, choice, probe->deadline_monotonic_ns(),
      [probe, begin, done = std::move(done), failed = std::move(failed)](Result<IpAddress> address) {
        if (probe->finished()) return;
        const double seconds = probe->seconds_since(begin);
        probe->sink().sample(kLookupTime, seconds);
        if (!address) {
          probe->sink().sample(kIpProtocol, 0);
          probe->sink().sample(kIpHash, 0);
          probe->log_failure("resolve", "Resolution with IP protocol failed", address.error());
          return failed(seconds);
        }
        probe->note_resolved();
        probe->sink().sample(kIpProtocol, address->protocol == IpProtocol::Ip4 ? 4 : 6);
        probe->sink().sample(kIpHash, hash_ip(*address));
        probe->log(LogLevel::Debug, "Resolved target address", {{"ip", address->text}});
        done(*address, seconds);
      });
}

}  // namespace sonde::blackbox
