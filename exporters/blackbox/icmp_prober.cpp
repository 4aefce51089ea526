// The icmp prober: one echo request and its reply, over an unprivileged ping socket where the kernel allows
// it and a raw one otherwise.

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "exporters/blackbox/icmp_packet.h"
#include "exporters/blackbox/prober.h"
#include "exporters/blackbox/resolver.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kPhases{
    "probe_icmp_duration_seconds", "Duration of icmp request by phase", MetricType::Gauge, {"phase"}};
constexpr Desc kHopLimit{"probe_icmp_reply_hop_limit", "Replied packet hop limit (TTL for ipv4)"};
constexpr size_t kPacketBytesMax = 65'536;

std::string errno_text() {
  return std::strerror(errno);
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// A literal with an optional zone; getaddrinfo does not ask the network for one.
Result<SocketAddress> to_socket_address(const std::string& ip) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* raw = nullptr;
  const int code = ::getaddrinfo(ip.c_str(), nullptr, &hints, &raw);
  if (code != 0) return Error(ErrorCode::InvalidArgument, "not an address: " + ip);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(raw, ::freeaddrinfo);
  SocketAddress out;
  std::memcpy(&out.storage, list->ai_addr, list->ai_addrlen);
  out.size = list->ai_addrlen;
  return out;
}

// One echo exchange. Kept alive by its callbacks in the loop, which end() removes.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Probe> probe, IpAddress target)
      : probe_(std::move(probe)), target_(std::move(target)) {}
  ~Exchange() {
    if (fd_ >= 0) ::close(fd_);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void start() {
    begin_ns_ = clock().monotonic_ns();
    if (auto sent = send(); !sent) {
      probe_->log(LogLevel::Error, "Error sending the echo request", {{"err", sent.error().message()}});
      end(false);
    }
  }

 private:
  bool ip4() const { return target_.protocol == IpProtocol::Ip4; }
  const IcmpModule& module() const { return probe_->module().icmp; }
  const Clock& clock() const { return probe_->tools().clock; }
  loop::EventLoop& loop() { return probe_->tools().loop; }

  Status open_socket() {
    const int family = ip4() ? AF_INET : AF_INET6;
    const int protocol = ip4() ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
    const int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    fd_ = ::socket(family, SOCK_DGRAM | flags, protocol);
    if (fd_ < 0) {
      raw_ = true;
      fd_ = ::socket(family, SOCK_RAW | flags, protocol);
    }
    if (fd_ >= 0) return Ok{};
    return Error(
        ErrorCode::PermissionDenied,
        "cannot open a ping socket: " + errno_text() +
            " (allow the group by sysctl net.ipv4.ping_group_range, or give the process CAP_NET_RAW)");
  }

  Status set_options() {
    const int level = ip4() ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
    const auto set = [&](int option, int value) {
      return ::setsockopt(fd_, level, option, &value, sizeof value) == 0;
    };
    const int ttl = module().ttl;
    if (ttl > 0 && !set(ip4() ? IP_TTL : IPV6_UNICAST_HOPS, ttl))
      return Error(ErrorCode::Io, "ttl: " + errno_text());
    // Without it the reply's hop limit stays unknown, and nothing else is lost.
    set(ip4() ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
    if (module().dont_fragment && ip4() && !set(IP_MTU_DISCOVER, IP_PMTUDISC_DO)) {
      return Error(ErrorCode::Io, "dont_fragment: " + errno_text());
    }
    if (module().source_ip_address.empty()) return Ok{};
    const auto source = to_socket_address(module().source_ip_address);
    if (!source) return source.error().in("source_ip_address");
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&source->storage), source->size) != 0) {
      return Error(ErrorCode::Io, "source_ip_address: " + errno_text());
    }
    return Ok{};
  }

  Status send() {
    if (auto opened = open_socket(); !opened) return opened;
    if (auto set = set_options(); !set) return set;
    const auto address = to_socket_address(target_.text);
    if (!address) return address.error();
    // Connected, so that the kernel drops what others send.
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address->storage), address->size) != 0) {
      return Error(ErrorCode::Io, errno_text());
    }
    if (::getrandom(&echo_.id, sizeof echo_.id, 0) < 0) echo_.id = static_cast<uint16_t>(::getpid());
    echo_.sequence = 1;
    const auto payload = static_cast<size_t>(module().payload_size_bytes);
    const std::string packet = make_echo_request(target_.protocol, echo_, payload);
    if (auto watched = watch(); !watched) return watched;
    probe_->sink().sample(kPhases, {"setup"}, probe_->seconds_since(begin_ns_));
    probe_->log(LogLevel::Info, "Writing out packet");
    sent_ns_ = clock().monotonic_ns();
    if (::send(fd_, packet.data(), packet.size(), 0) < 0) return Error(ErrorCode::Io, errno_text());
    return Ok{};
  }

  Status watch() {
    auto watched = loop().watch(fd_, EPOLLIN, [self = shared_from_this()](uint32_t) { self->receive(); });
    if (!watched) return watched;
    timer_ = loop().at(probe_->deadline_monotonic_ns(), [self = shared_from_this()] {
      self->timer_ = loop::TimerId::None;
      self->probe_->sink().sample(kPhases, {"rtt"}, 0);
      self->probe_->log(LogLevel::Warn, "Timeout reading from socket");
      self->end(false);
    });
    return Ok{};
  }

  void receive() {
    std::array<unsigned char, kPacketBytesMax> bytes;
    alignas(cmsghdr) std::array<char, 256> control{};
    iovec piece{.iov_base = bytes.data(), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(fd_, &message, 0);
    if (size < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      probe_->log(LogLevel::Error, "Error reading from socket", {{"err", errno_text()}});
      return end(false);
    }
    std::span<const unsigned char> packet(bytes.data(), static_cast<size_t>(size));
    if (raw_ && ip4()) packet = skip_ip4_header(packet);
    const auto reply = read_echo_reply(target_.protocol, packet);
    // A ping socket has an id of the kernel's choice; a raw one hears everybody's replies, and on loopback
    // our request.
    if (!reply || reply->sequence != echo_.sequence || (raw_ && reply->id != echo_.id)) return;
    probe_->sink().sample(kPhases, {"rtt"}, probe_->seconds_since(sent_ns_));
    if (const auto hops = hop_limit(message)) probe_->sink().sample(kHopLimit, *hops);
    probe_->log(LogLevel::Info, "Found matching reply packet");
    end(true);
  }

  std::optional<int> hop_limit(msghdr& message) const {
    const int level = ip4() ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
    const int type = ip4() ? IP_TTL : IPV6_HOPLIMIT;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
      if (part->cmsg_level != level || part->cmsg_type != type) continue;
      int value = 0;
      std::memcpy(&value, CMSG_DATA(part), sizeof value);
      return value;
    }
    return std::nullopt;
  }

  void end(bool success) {
    const auto self = shared_from_this();  // The loop's callbacks below may be the last to hold it.
    loop().cancel(timer_);
    if (fd_ >= 0) loop().unwatch(fd_);
    probe_->finish(success);
  }

  std::shared_ptr<Probe> probe_;
  const IpAddress target_;
  int fd_ = -1;
  bool raw_ = false;
  Echo echo_;
  int64_t begin_ns_ = 0;
  int64_t sent_ns_ = 0;
  loop::TimerId timer_ = loop::TimerId::None;
};

}  // namespace

void start_icmp_probe(std::shared_ptr<Probe> probe) {
  resolve_for_probe(
      probe, probe->target(), probe->module().icmp.address,
      [probe](const IpAddress& address, double seconds) {
        probe->sink().sample(kPhases, {"resolve"}, seconds);
        std::make_shared<Exchange>(probe, address)->start();
      },
      [probe](double) {
        for (const std::string_view phase : {"resolve", "rtt", "setup"})
          probe->sink().sample(kPhases, {phase}, 0);
        probe->finish(false);
      });
}

}  // namespace sonde::blackbox
