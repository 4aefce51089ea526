// What keeps one client, or many, from taking the server away from the others: requests that take too long to
// arrive, more connections than there may be, more bodies than memory is meant for.

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>

#include "common/http_server/impl.h"

namespace sonde::http {
namespace {

constexpr std::chrono::milliseconds kScanInterval{1000};
// So many of the connections make room at once: looking for them costs a look at each.
constexpr unsigned kRoomShare = 8;
// A client whose answer has been waiting for this long and does not fit into its socket may lose its place.
constexpr int64_t kSlowReaderNs = 100'000'000;
constexpr int64_t kCrowdToldIntervalNs = 60'000'000'000;

// Bytes that the kernel has received on a TCP connection; -1 when it does not say.
int64_t bytes_received(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
  if (size < offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received) return -1;
  return static_cast<int64_t>(info.tcpi_bytes_received);
}

bool is_writable(int fd) {
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
}

// Who goes first when there are too many; nullopt for those who wait for us.
std::optional<int> rank_to_go(const Connection& connection, int64_t now_ns) {
  switch (connection.stage) {
    case Connection::Stage::Waiting:
    case Connection::Stage::Body:
      return connection.served ? 1 : 0;
    case Connection::Stage::Answered:
      if (now_ns - connection.answered_ns > kSlowReaderNs && !is_writable(connection.fd)) return 2;
      break;
    case Connection::Stage::Dispatched:
      break;
  }
  return std::nullopt;
}

}  // namespace

// The library says nothing of bytes that do not complete a header, so that a slow one is found by what the
// kernel has counted. It is asked only after the daemon ran without a request coming out of it.
void Server::Impl::scan_later() {
  if (scan_timer_ != loop::TimerId::None) return;
  const auto quarter = std::chrono::milliseconds(options_.request_time_max) / 4;
  scan_timer_ = loop_.after(std::min(kScanInterval, quarter), [this] {
    scan_timer_ = loop::TimerId::None;
    scan();
  });
}

void Server::Impl::scan() {
  const int64_t now_ns = loop_.clock().monotonic_ns();
  const int64_t late_ns = now_ns - std::chrono::nanoseconds(options_.request_time_max).count();
  bool pending = false;
  for (auto& [handle, connection] : connections_) {
    if (connection->stage == Connection::Stage::Waiting && connection->begun_ns == 0) {
      const int64_t bytes = bytes_received(connection->fd);
      if (connection->bytes_at_rest < 0) {
        connection->bytes_at_rest = bytes;
      } else if (bytes > connection->bytes_at_rest) {
        connection->begun_ns = now_ns;
      }
    }
    if (connection->begun_ns == 0) continue;
    if (connection->begun_ns <= late_ns) {
      logger_.debug("cutting a request that takes too long to arrive",
                    {{"remote", connection->remote_address}});
      cut(*connection);
    } else {
      pending = true;
    }
  }
  if (pending) scan_later();
}

// Ends a connection: the library finds the end of the stream and closes it.
void Server::Impl::cut(Connection& connection) {
  connection.begun_ns = 0;
  connection.cut = true;
  ::shutdown(connection.fd, SHUT_RDWR);
}

// --- Too many connections.

// Ends some that can be spared: first those that never asked anything, then those at rest, then those that do
// not read; the longest first. False when there is none.
bool Server::Impl::make_room() {
  struct Candidate {
    int rank;
    int64_t since_ns;
    Connection* connection;
    bool operator<(const Candidate& other) const {
      return rank != other.rank ? rank < other.rank : since_ns < other.since_ns;
    }
  };
  const int64_t now_ns = loop_.clock().monotonic_ns();
  std::vector<Candidate> candidates;
  candidates.reserve(connections_.size());
  bool going = false;
  for (auto& [handle, connection] : connections_) {
    going = going || connection->cut;
    const auto rank = rank_to_go(*connection, now_ns);
    if (rank && !connection->cut) candidates.push_back({*rank, connection->since_ns, connection.get()});
  }
  if (going) return true;
  if (crowd_told_ns_ == 0 || now_ns - crowd_told_ns_ > kCrowdToldIntervalNs) {
    crowd_told_ns_ = now_ns;
    logger_.warn("the connection limit is reached, clients that do not ask or read are cut",
                 {{"limit", std::to_string(options_.connections_max)}});
  }
  const size_t count = std::min<size_t>(candidates.size(), 1 + options_.connections_max / kRoomShare);
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                    candidates.end());
  for (size_t i = 0; i < count; ++i) cut(*candidates[i].connection);
  return count > 0;
}

// --- Too many bodies.

void Server::Impl::keep_body(Connection& connection, size_t bytes) {
  connection.body_kept += bytes;
  bodies_bytes_ += bytes;
  const size_t bytes_max = std::max(options_.all_bodies_bytes_max, 2 * options_.body_bytes_max);
  if (bodies_bytes_ <= bytes_max) return;
  Connection* oldest = nullptr;
  for (auto& [handle, other] : connections_) {
    const bool comes = other->stage == Connection::Stage::Body && other->body_kept > 0 && !other->cut;
    if (comes && (oldest == nullptr || other->begun_ns < oldest->begun_ns)) oldest = other.get();
  }
  if (oldest == nullptr) return;
  logger_.debug("cutting a body: too many are being received", {{"remote", oldest->remote_address}});
  cut(*oldest);
  drop_body(*oldest);
  oldest->request.body = std::string();
}

void Server::Impl::drop_body(Connection& connection) {
  bodies_bytes_ -= connection.body_kept;
  connection.body_kept = 0;
}

}  // namespace sonde::http
