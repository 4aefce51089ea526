// Any bytes as all that a Redis server ever says: they wait in the socket before the first command is sent.
// Every group asks for its share of them. Whatever the server says, the page is one that our own reader
// takes.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <re2/re2.h>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "exporters/redis/cluster_slots.h"
#include "exporters/redis/group.h"
#include "exporters/redis/info_metrics.h"
#include "tests/fuzz/check_page.h"

namespace sonde::redis {
namespace {

// A socket that clients connect to; what they get is written before they ask.
class Listener {
 public:
  Listener() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_ = "/tmp/sonde-fuzz-redis-" + std::to_string(::getpid());
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(path_.c_str());
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(fd_, generic, sizeof address) != 0 || ::listen(fd_, 8) != 0) std::abort();
  }
  ~Listener() {
    ::close(fd_);
    ::unlink(path_.c_str());
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const std::string& path() const { return path_; }
  // The server's end of the connection that was just made.
  int answer(std::string_view bytes) const {
    const int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    (void)!::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(peer, SHUT_WR);
    return peer;
  }

 private:
  int fd_;
  std::string path_;
};

Options every_group() {
  Options options;
  options.include_config_metrics = true;
  options.include_modules_metrics = true;
  options.include_search_indexes_metrics = true;
  options.include_sentinel_peer_info = true;
  options.export_client_list = true;
  options.export_client_port = true;
  options.is_tile38 = true;
  return options;
}

GroupSettings every_setting() {
  GroupSettings settings;
  settings.checks.keys = *parse_key_list("a*,b");
  settings.checks.streams = *parse_key_list("s*,t");
  settings.checks.counts = *parse_key_list("c*");
  settings.key_groups = {"^(g)"};
  settings.scripts = {{.file = "x.lua", .text = "x"}};
  settings.search_indexes = std::make_shared<const re2::RE2>("");
  return settings;
}

// As much as the connection lasts for, one group after the other.
void scrape(Client& client, const Address& address, const Clock& clock, Logger& logger) {
  static const Options options = every_group();
  static const GroupSettings settings = every_setting();
  const int64_t until_ns = clock.monotonic_ns() + 1'000'000'000;
  const auto replies = client.pipeline({{"INFO", "ALL"}, {"CONFIG", "GET", "*"}});
  if (!replies) return;
  const Reply& text = (*replies)[0];
  const Info info(text.text);
  MetricSink sink;
  Families out(sink, "redis");
  emit_info(info, {.database_count = 2, .system_metrics = true}, out);
  KeyServers servers(address, options.tls, clock);
  servers.begin(client, /*cluster=*/false, {.deadline_monotonic_ns = until_ns});
  Scrape state{.options = options,
               .settings = settings,
               .checks = settings.checks,
               .client = client,
               .servers = servers,
               .info = info,
               .config = (*replies)[1],
               .database_count = 2,
               .scan_until_monotonic_ns = until_ns,
               .out = out,
               .clock = clock,
               .logger = logger};
  for (const Group& group : groups()) {
    if (group.is_wanted(state) && !group.collect(state)) break;
  }
  exposition::check_page(sink);
  (void)read_cluster_slots((*replies)[1], "host");
  (void)read_cluster_nodes(text.text, /*hostnames=*/true);
}

}  // namespace
}  // namespace sonde::redis

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sonde::redis;
  static const sonde::SystemClock clock;
  static sonde::Logger logger(clock, -1);
  static const Listener listener;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Address address;
  address.socket = listener.path();
  const int64_t until_ns = clock.monotonic_ns() + 1'000'000'000;
  const auto client = Client::connect(address, {}, {.deadline_monotonic_ns = until_ns}, clock);
  if (!client) std::abort();
  const int peer = listener.answer(bytes);
  scrape(**client, address, clock, logger);
  ::close(peer);
  (void)parse_key_list(bytes);
  (void)parse_group_patterns(bytes);
  return 0;
}
