// The icmp prober: an echo request and its reply, or several, over an unprivileged ping socket where the
// kernel allows it and a raw one otherwise.

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "exporters/blackbox/icmp_packet.h"
#include "exporters/blackbox/prober.h"
#include "exporters/blackbox/resolver.h"
#include "exporters/blackbox/socket_address.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kPhases{
    "probe_icmp_duration_seconds", "Duration of icmp request by phase", MetricType::Gauge, {"phase"}};
constexpr Desc kHopLimit{"probe_icmp_reply_hop_limit", "Replied packet hop limit (TTL for ipv4)"};
// With packet_count above 1 only.
constexpr Desc kSent{"probe_icmp_packets_sent", "Echo requests of this probe"};
constexpr Desc kReceived{"probe_icmp_packets_received", "Echo requests of this probe that were answered"};
constexpr Desc kLoss{"probe_icmp_packet_loss_ratio", "Share of the echo requests that were not answered"};
constexpr Desc kRtt{"probe_icmp_packet_rtt_seconds",
                    "Round-trip times of the answered echo requests",
                    MetricType::Gauge,
                    {"aggregate"}};
constexpr size_t kPacketBytesMax = 65'536;

std::string errno_text() {
  return std::strerror(errno);
}

struct Phases {
  double resolve = 0;
  double setup = 0;
  double rtt = 0;
};

// All of them come in every outcome.
void export_phases(exposition::MetricSink& sink, const Phases& phases) {
  sink.sample(kPhases, {"resolve"}, phases.resolve);
  sink.sample(kPhases, {"rtt"}, phases.rtt);
  sink.sample(kPhases, {"setup"}, phases.setup);
}

// The echo requests of a probe and their replies. Kept alive by its callbacks in the loop, which end()
// removes.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Probe> probe, IpAddress target, double resolve_seconds)
      : probe_(std::move(probe)),
        target_(std::move(target)),
        resolve_seconds_(resolve_seconds),
        sent_ns_(static_cast<size_t>(module().packet_count)) {}
  ~Exchange() {
    if (fd_ >= 0) ::close(fd_);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void start() {
    const int64_t begin_ns = clock().monotonic_ns();
    if (auto ready = set_up(); !ready) {
      probe_->log_failure("connect", "Error creating the socket", ready.error());
      return end();
    }
    setup_seconds_ = probe_->seconds_since(begin_ns);
    deadline_ = loop().at(probe_->deadline_monotonic_ns(), [self = shared_from_this()] {
      self->deadline_ = loop::TimerId::None;
      self->probe_->note_failure({.phase = "response", .reason = "timeout"});
      self->probe_->log(LogLevel::Warn, "Timeout reading from socket");
      self->end();
    });
    send_next();
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
    if (::bind(fd_, source->get(), source->size) != 0) {
      return Error(ErrorCode::Io, "source_ip_address: " + errno_text());
    }
    return Ok{};
  }

  Status set_up() {
    if (auto opened = open_socket(); !opened) return opened;
    if (auto set = set_options(); !set) return set;
    const auto address = to_socket_address(target_.text);
    if (!address) return address.error();
    // Connected, so that the kernel drops what others send.
    if (::connect(fd_, address->get(), address->size) != 0)
      return Error(ErrorCode::Unavailable, errno_text());
    std::array<uint16_t, 2> random{static_cast<uint16_t>(::getpid()), 1};
    [[maybe_unused]] const ssize_t got = ::getrandom(random.data(), sizeof random, 0);
    id_ = random[0];
    first_sequence_ = random[1];
    auto watched = loop().watch(fd_, EPOLLIN, [self = shared_from_this()](uint32_t) { self->receive(); });
    watched_ = watched.ok();
    return watched;
  }

  void send_next() {
    const Echo echo{.id = id_, .sequence = static_cast<uint16_t>(first_sequence_ + sent_count_)};
    const auto payload = static_cast<size_t>(module().payload_size_bytes);
    const std::string packet = make_echo_request(target_.protocol, echo, payload);
    probe_->log(LogLevel::Debug, "Writing out packet");
    sent_ns_[sent_count_++] = clock().monotonic_ns();
    if (::send(fd_, packet.data(), packet.size(), 0) < 0) {
      probe_->note_failure({.phase = "request", .reason = "unavailable"});
      probe_->log(LogLevel::Warn, "Error writing to socket", {{"err", errno_text()}});
      return end();
    }
    if (sent_count_ == sent_ns_.size()) return;
    next_ = loop().after(module().packet_interval, [self = shared_from_this()] {
      self->next_ = loop::TimerId::None;
      self->send_next();
    });
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
      probe_->note_failure({.phase = "response", .reason = "unavailable"});
      probe_->log(LogLevel::Error, "Error reading from socket", {{"err", errno_text()}});
      return end();
    }
    std::span<const unsigned char> packet(bytes.data(), static_cast<size_t>(size));
    if (raw_ && ip4()) packet = skip_ip4_header(packet);
    const auto reply = read_echo_reply(target_.protocol, packet);
    // A ping socket has an id of the kernel's choice; a raw one hears everybody's replies, and on loopback
    // our request.
    if (!reply || (raw_ && reply->id != id_)) return;
    const auto index = static_cast<uint16_t>(reply->sequence - first_sequence_);
    if (index >= sent_count_ || sent_ns_[index] == 0) return;  // Not ours, or a second time.
    rtt_seconds_.push_back(probe_->seconds_since(std::exchange(sent_ns_[index], 0)));
    if (!hop_limit_) hop_limit_ = hop_limit(message);
    probe_->log(LogLevel::Debug, "Found matching reply packet");
    if (rtt_seconds_.size() == sent_ns_.size()) end();
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

  void end() {
    const auto self = shared_from_this();  // The loop's callbacks below may be the last to hold it.
    loop().cancel(deadline_);
    loop().cancel(next_);
    if (watched_) loop().unwatch(fd_);
    watched_ = false;
    export_phases(probe_->sink(), {.resolve = resolve_seconds_,
                                   .setup = setup_seconds_,
                                   .rtt = rtt_seconds_.empty() ? 0 : rtt_seconds_.front()});
    if (hop_limit_) probe_->sink().sample(kHopLimit, *hop_limit_);
    if (sent_ns_.size() > 1) export_statistics();
    probe_->finish(!rtt_seconds_.empty());
  }

  void export_statistics() {
    exposition::MetricSink& sink = probe_->sink();
    const auto received = static_cast<double>(rtt_seconds_.size());
    const auto sent = static_cast<double>(sent_count_);
    sink.sample(kSent, sent);
    sink.sample(kReceived, received);
    sink.sample(kLoss, sent_count_ == 0 ? 1 : 1 - received / sent);
    if (rtt_seconds_.empty()) return;
    const double average = std::accumulate(rtt_seconds_.begin(), rtt_seconds_.end(), 0.0) / received;
    double squares = 0;
    for (const double rtt : rtt_seconds_) squares += (rtt - average) * (rtt - average);
    sink.sample(kRtt, {"avg"}, average);
    sink.sample(kRtt, {"max"}, *std::ranges::max_element(rtt_seconds_));
    sink.sample(kRtt, {"min"}, *std::ranges::min_element(rtt_seconds_));
    sink.sample(kRtt, {"stddev"}, std::sqrt(squares / received));
  }

  std::shared_ptr<Probe> probe_;
  const IpAddress target_;
  const double resolve_seconds_;
  double setup_seconds_ = 0;
  int fd_ = -1;
  bool watched_ = false;
  bool raw_ = false;
  uint16_t id_ = 0;
  uint16_t first_sequence_ = 0;
  std::vector<int64_t> sent_ns_;  // by sequence; 0 once it is answered
  size_t sent_count_ = 0;
  std::vector<double> rtt_seconds_;  // in the order of the replies
  std::optional<int> hop_limit_;
  loop::TimerId deadline_ = loop::TimerId::None;
  loop::TimerId next_ = loop::TimerId::None;
};

}  // namespace

void start_icmp_probe(std::shared_ptr<Probe> probe) {
  resolve_for_probe(
      probe, probe->target(), probe->module().icmp.address,
      [probe](const IpAddress& address, double seconds) {
        std::make_shared<Exchange>(probe, address, seconds)->start();
      },
      [probe](double) {
        export_phases(probe->sink(), {});
        probe->finish(false);
      });
}

}  // namespace sonde::blackbox
