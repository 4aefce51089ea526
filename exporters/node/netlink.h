#pragma once
// Asks the kernel for all network devices by rtnetlink, and for their link modes by ethtool's netlink family.
// Sockets stay open between scrapes. Not for concurrent use.

#include <linux/if_link.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

struct mnl_socket;

namespace sonde::node {

// One network device. Views are valid while the callback runs; what the kernel left out is absent.
struct Link {
  std::string_view name;
  uint32_t index = 0;
  uint32_t type = 0;   // ARPHRD_…
  uint32_t flags = 0;  // IFF_…
  std::string_view alias;
  std::vector<std::string_view> alternative_names;
  std::span<const uint8_t> address;
  std::span<const uint8_t> broadcast;
  std::optional<uint32_t> mtu;
  std::optional<uint32_t> queue_length;
  std::optional<uint32_t> group;
  std::optional<uint32_t> lower_index;  // IFLA_LINK; absent where it is the device itself
  std::optional<uint8_t> link_mode;
  std::optional<uint8_t> carrier;
  std::optional<uint32_t> carrier_changes;
  std::optional<uint32_t> carrier_up_changes;
  std::optional<uint32_t> carrier_down_changes;
  std::optional<uint32_t> promiscuity;    // how many want it promiscuous
  std::optional<uint32_t> all_multicast;  // how many want all multicasts; absent before Linux 6.0
  uint8_t operational_state = 0;
  std::optional<rtnl_link_stats64> statistics;
};

// Speed and duplex of a device's link.
struct LinkMode {
  std::string_view name;
  std::optional<int32_t> speed_megabits;  // negative: unknown
  std::optional<uint8_t> duplex;          // 0 half, 1 full, 255 unknown
};

// Messages of an answer one behind the other, each padded to netlink's alignment.
using NetlinkMessages = std::vector<char>;

// How far an answer has come.
struct NetlinkProgress {
  bool complete = false;
  bool interrupted = false;  // what was dumped changed meanwhile: some of it may be missing or there twice
};
// Adds what one datagram has of the answer to `sequence`. An error is the kernel's refusal.
Status read_datagram(std::span<const char> datagram, uint32_t sequence, NetlinkMessages& messages,
                     NetlinkProgress& progress);

// A netlink socket of one protocol, opened when first needed and after an error.
class NetlinkSocket {
 public:
  explicit NetlinkSocket(int protocol);
  ~NetlinkSocket();
  NetlinkSocket(const NetlinkSocket&) = delete;
  NetlinkSocket& operator=(const NetlinkSocket&) = delete;

  // Sends the message that `build` writes into a buffer (of kMessageBytes) and sets `messages` to the whole
  // answer. A dump that the kernel says is not consistent, because something changed meanwhile, is asked for
  // again; when that happens each time, there is no answer (Unavailable).
  using Build = std::function<void(char* buffer, uint32_t sequence)>;
  Status ask(const Build& build, NetlinkMessages& messages);

  static constexpr size_t kMessageBytes = 1024;
  static constexpr int kTriesMax = 3;

 private:
  Status open();
  void close();
  Result<NetlinkProgress> ask_once(const Build& build, NetlinkMessages& messages);
  Result<NetlinkProgress> receive(uint32_t sequence, NetlinkMessages& messages);

  int protocol_;
  mnl_socket* socket_ = nullptr;
  uint32_t sequence_ = 0;
  std::unique_ptr<char[]> answer_;
};

// All devices. The kernel's answer is kept until forget(), so that several readers cost one question.
class LinkDump {
 public:
  LinkDump();
  // After an error no link was visited.
  Status run(const std::function<void(const Link&)>& visit);
  void forget() { asked_.reset(); }

 private:
  Status ask();

  NetlinkSocket socket_;
  std::optional<Status> asked_;
  NetlinkMessages messages_;
  std::vector<Link> links_;  // Views into messages_.
};

// IF_OPER_… as sysfs spells it: "up".
std::string_view operational_state_name(uint8_t state);

// "02:42:ac:11:00:02"; tunnels have addresses of other lengths.
void write_hardware_address(std::span<const uint8_t> bytes, std::string& out);

class LinkModeDump {
 public:
  LinkModeDump();
  // NotFound on kernels without ethtool's netlink family (before 5.6).
  Status run(const std::function<void(const LinkMode&)>& visit);

 private:
  Status find_family();

  NetlinkSocket socket_;
  NetlinkMessages messages_;
  uint16_t family_ = 0;
};

}  // namespace sonde::node
