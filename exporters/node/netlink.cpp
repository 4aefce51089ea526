#include "exporters/node/netlink.h"

#include <libmnl/libmnl.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "exporters/node/files.h"

namespace sonde::node {
namespace {

// The kernel fills as much of it per call as it can; 32 KiB is the most it uses.
constexpr size_t kAnswerBytes = 32 * 1024;
constexpr time_t kAnswerTimeoutSeconds = 2;

Error netlink_error(std::string_view doing, int error_number) {
  const ErrorCode code = error_number == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
  return Error(code, "netlink: cannot " + std::string(doing) + ": " + errno_text(error_number));
}

// Attributes of the kernel's are as long as it says; a short one would be a kernel that we do not know.
template <class T>
void take(const nlattr* attribute, T& out) {
  if (mnl_attr_get_payload_len(attribute) < sizeof(T)) return;
  std::memcpy(&out, mnl_attr_get_payload(attribute), sizeof(T));
}

template <class T>
void take(const nlattr* attribute, std::optional<T>& out) {
  T value{};
  if (mnl_attr_get_payload_len(attribute) < sizeof(T)) return;
  std::memcpy(&value, mnl_attr_get_payload(attribute), sizeof(T));
  out = value;
}

std::string_view take_text(const nlattr* attribute) {
  const auto* text = static_cast<const char*>(mnl_attr_get_payload(attribute));
  return {text, ::strnlen(text, mnl_attr_get_payload_len(attribute))};
}

std::span<const uint8_t> take_bytes(const nlattr* attribute) {
  return {static_cast<const uint8_t*>(mnl_attr_get_payload(attribute)), mnl_attr_get_payload_len(attribute)};
}

// Newer kernels have more counters at the end, older ones fewer.
void take_statistics(const nlattr* attribute, Link& link) {
  rtnl_link_stats64 statistics{};
  std::memcpy(&statistics, mnl_attr_get_payload(attribute),
              std::min<size_t>(sizeof statistics, mnl_attr_get_payload_len(attribute)));
  link.statistics = statistics;
}

// The 32-bit counters have the same order as the 64-bit ones.
void take_old_statistics(const nlattr* attribute, Link& link) {
  if (link.statistics) return;
  constexpr size_t kCountersMax = sizeof(rtnl_link_stats) / sizeof(uint32_t);
  const size_t count = std::min<size_t>(kCountersMax, mnl_attr_get_payload_len(attribute) / sizeof(uint32_t));
  std::array<uint32_t, kCountersMax> narrow{};
  std::memcpy(narrow.data(), mnl_attr_get_payload(attribute), count * sizeof(uint32_t));
  std::array<uint64_t, kCountersMax> wide{};
  std::ranges::copy(narrow, wide.begin());
  rtnl_link_stats64 statistics{};
  static_assert(sizeof wide <= sizeof statistics);
  std::memcpy(&statistics, wide.data(), sizeof wide);
  link.statistics = statistics;
}

// Calls `visit` for every attribute behind a message's fixed part of `offset` bytes, or within a nested
// attribute.
template <class Visit>
void each_attribute(const nlmsghdr& message, size_t offset, const Visit& visit) {
  const auto* attribute = static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(&message, offset));
  const auto* end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(&message));
  for (; mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)));
       attribute = mnl_attr_next(attribute)) {
    visit(attribute);
  }
}
template <class Visit>
void each_nested(const nlattr* parent, const Visit& visit) {
  const auto* attribute = static_cast<const nlattr*>(mnl_attr_get_payload(parent));
  const char* end = static_cast<const char*>(mnl_attr_get_payload(parent)) + mnl_attr_get_payload_len(parent);
  for (; mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)));
       attribute = mnl_attr_next(attribute)) {
    visit(attribute);
  }
}

// Calls `visit` for every message that is long enough to have a fixed part of `body_bytes`.
template <class Visit>
void each_message(const NetlinkMessages& messages, size_t body_bytes, const Visit& visit) {
  for (size_t at = 0; at < messages.size();) {
    const auto& message = *reinterpret_cast<const nlmsghdr*>(messages.data() + at);
    at += NLMSG_ALIGN(message.nlmsg_len);
    if (message.nlmsg_len >= NLMSG_LENGTH(body_bytes)) visit(message);
  }
}

// The error number, negative, that NLMSG_ERROR and NLMSG_DONE begin with; 0 for none.
int failure_of(const nlmsghdr& message) {
  int failure = 0;
  if (mnl_nlmsg_get_payload_len(&message) < sizeof failure) return 0;
  std::memcpy(&failure, mnl_nlmsg_get_payload(&message), sizeof failure);
  return failure;
}

void take_link_attribute(const nlattr* attribute, Link& link) {
  switch (mnl_attr_get_type(attribute)) {
    case IFLA_IFNAME:
      link.name = take_text(attribute);
      break;
    case IFLA_IFALIAS:
      link.alias = take_text(attribute);
      break;
    case IFLA_ADDRESS:
      link.address = take_bytes(attribute);
      break;
    case IFLA_BROADCAST:
      link.broadcast = take_bytes(attribute);
      break;
    case IFLA_MTU:
      take(attribute, link.mtu);
      break;
    case IFLA_TXQLEN:
      take(attribute, link.queue_length);
      break;
    case IFLA_GROUP:
      take(attribute, link.group);
      break;
    case IFLA_LINK:
      take(attribute, link.lower_index);
      break;
    case IFLA_LINKMODE:
      take(attribute, link.link_mode);
      break;
    case IFLA_CARRIER:
      take(attribute, link.carrier);
      break;
    case IFLA_CARRIER_CHANGES:
      take(attribute, link.carrier_changes);
      break;
    case IFLA_CARRIER_UP_COUNT:
      take(attribute, link.carrier_up_changes);
      break;
    case IFLA_CARRIER_DOWN_COUNT:
      take(attribute, link.carrier_down_changes);
      break;
    case IFLA_OPERSTATE:
      take(attribute, link.operational_state);
      break;
    case IFLA_PROMISCUITY:
      take(attribute, link.promiscuity);
      break;
    case IFLA_ALLMULTI:
      take(attribute, link.all_multicast);
      break;
    case IFLA_STATS64:
      take_statistics(attribute, link);
      break;
    case IFLA_STATS:
      take_old_statistics(attribute, link);
      break;
    case IFLA_PROP_LIST:
      each_nested(attribute, [&](const nlattr* nested) {
        if (mnl_attr_get_type(nested) == IFLA_ALT_IFNAME) link.alternative_names.push_back(take_text(nested));
      });
      break;
    default:
      break;
  }
}

void take_mode_attribute(const nlattr* attribute, LinkMode& mode) {
  switch (mnl_attr_get_type(attribute)) {
    case ETHTOOL_A_LINKMODES_HEADER:
      each_nested(attribute, [&](const nlattr* nested) {
        if (mnl_attr_get_type(nested) == ETHTOOL_A_HEADER_DEV_NAME) mode.name = take_text(nested);
      });
      break;
    case ETHTOOL_A_LINKMODES_SPEED:
      take(attribute, mode.speed_megabits);
      break;
    case ETHTOOL_A_LINKMODES_DUPLEX:
      take(attribute, mode.duplex);
      break;
    default:
      break;
  }
}

Link read_link(const nlmsghdr& message) {
  Link link;
  const auto* body = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
  link.index = static_cast<uint32_t>(body->ifi_index);
  link.type = body->ifi_type;
  link.flags = body->ifi_flags;
  each_attribute(message, sizeof(ifinfomsg),
                 [&](const nlattr* attribute) { take_link_attribute(attribute, link); });
  return link;
}

}  // namespace

Status read_datagram(std::span<const char> datagram, uint32_t sequence, NetlinkMessages& messages,
                     NetlinkProgress& progress) {
  int rest = static_cast<int>(datagram.size());
  const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.data());
  for (; mnl_nlmsg_ok(message, rest); message = mnl_nlmsg_next(message, &rest)) {
    if (message->nlmsg_seq != sequence) continue;
    if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0) progress.interrupted = true;
    // The end of a dump has an error number as well: of what went wrong on the way.
    if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
      const int failure = failure_of(*message);
      if (failure != 0) return netlink_error("ask", -failure);
      progress.complete = true;
      return Ok{};
    }
    const auto* bytes = reinterpret_cast<const char*>(message);
    messages.insert(messages.end(), bytes, bytes + message->nlmsg_len);
    messages.resize(NLMSG_ALIGN(messages.size()));
  }
  return Ok{};
}

NetlinkSocket::NetlinkSocket(int protocol) : protocol_(protocol) {}
NetlinkSocket::~NetlinkSocket() {
  close();
}

Status NetlinkSocket::ask(const Build& build, NetlinkMessages& messages) {
  for (int i = 0; i < kTriesMax; ++i) {
    messages.clear();
    const auto answered = ask_once(build, messages);
    if (answered && !answered->interrupted) return Ok{};
    if (answered) continue;
    close();  // What is still to come would be taken for the next answer.
    messages.clear();
    return answered.error();
  }
  messages.clear();
  return Error(ErrorCode::Unavailable, "netlink: what was asked for changed while it was read, " +
                                           std::to_string(kTriesMax) + " times");
}

Result<NetlinkProgress> NetlinkSocket::ask_once(const Build& build, NetlinkMessages& messages) {
  if (auto opened = open(); !opened) return opened.error();
  alignas(NLMSG_ALIGNTO) std::array<char, kMessageBytes> request{};
  const uint32_t sequence = ++sequence_;
  build(request.data(), sequence);
  const auto* header = reinterpret_cast<const nlmsghdr*>(request.data());
  if (mnl_socket_sendto(socket_, header, header->nlmsg_len) < 0) return netlink_error("send", errno);
  return receive(sequence, messages);
}

Status NetlinkSocket::open() {
  if (socket_) return Ok{};
  socket_ = mnl_socket_open2(protocol_, SOCK_CLOEXEC);
  if (!socket_) return netlink_error("open a socket", errno);
  if (mnl_socket_bind(socket_, 0, MNL_SOCKET_AUTOPID) < 0) {
    const int failure = errno;
    close();
    return netlink_error("bind", failure);
  }
  const timeval timeout{.tv_sec = kAnswerTimeoutSeconds, .tv_usec = 0};
  ::setsockopt(mnl_socket_get_fd(socket_), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  if (!answer_) answer_ = std::make_unique_for_overwrite<char[]>(kAnswerBytes);
  return Ok{};
}

void NetlinkSocket::close() {
  if (socket_) mnl_socket_close(socket_);
  socket_ = nullptr;
}

Result<NetlinkProgress> NetlinkSocket::receive(uint32_t sequence, NetlinkMessages& messages) {
  NetlinkProgress progress;
  while (!progress.complete) {
    const ssize_t received = mnl_socket_recvfrom(socket_, answer_.get(), kAnswerBytes);
    if (received < 0) return netlink_error("receive", errno);
    const std::span datagram(answer_.get(), static_cast<size_t>(received));
    if (auto read = read_datagram(datagram, sequence, messages, progress); !read) return read.error();
  }
  return progress;
}

LinkDump::LinkDump() : socket_(NETLINK_ROUTE) {}

Status LinkDump::ask() {
  links_.clear();
  const Status status = socket_.ask(
      [](char* buffer, uint32_t sequence) {
        nlmsghdr* header = mnl_nlmsg_put_header(buffer);
        header->nlmsg_type = RTM_GETLINK;
        header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        header->nlmsg_seq = sequence;
        auto* body = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)));
        body->ifi_family = AF_UNSPEC;
      },
      messages_);
  each_message(messages_, sizeof(ifinfomsg), [&](const nlmsghdr& message) {
    if (message.nlmsg_type != RTM_NEWLINK) return;
    if (Link link = read_link(message); !link.name.empty()) links_.push_back(std::move(link));
  });
  return status;
}

Status LinkDump::run(const std::function<void(const Link&)>& visit) {
  if (!asked_) asked_ = ask();
  for (const Link& link : links_) visit(link);
  return *asked_;
}

std::string_view operational_state_name(uint8_t state) {
  constexpr std::array<std::string_view, 7> kStates{"unknown", "notpresent", "down", "lowerlayerdown",
                                                    "testing", "dormant",    "up"};
  return state < kStates.size() ? kStates[state] : kStates[0];
}

void write_hardware_address(std::span<const uint8_t> bytes, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.clear();
  for (const uint8_t byte : bytes) {
    if (!out.empty()) out += ':';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

LinkModeDump::LinkModeDump() : socket_(NETLINK_GENERIC) {}

Status LinkModeDump::find_family() {
  if (family_ != 0) return Ok{};
  auto status = socket_.ask(
      [](char* buffer, uint32_t sequence) {
        nlmsghdr* header = mnl_nlmsg_put_header(buffer);
        header->nlmsg_type = GENL_ID_CTRL;
        header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
        header->nlmsg_seq = sequence;
        auto* body = static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(header, sizeof(genlmsghdr)));
        body->cmd = CTRL_CMD_GETFAMILY;
        body->version = 1;
        mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME);
      },
      messages_);
  each_message(messages_, sizeof(genlmsghdr), [&](const nlmsghdr& message) {
    each_attribute(message, sizeof(genlmsghdr), [&](const nlattr* attribute) {
      if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID) take(attribute, family_);
    });
  });
  if (status && family_ == 0) return netlink_error("find the ethtool family", ENOENT);
  return status;
}

Status LinkModeDump::run(const std::function<void(const LinkMode&)>& visit) {
  if (auto status = find_family(); !status) return status;
  const auto asked = socket_.ask(
      [this](char* buffer, uint32_t sequence) {
        nlmsghdr* header = mnl_nlmsg_put_header(buffer);
        header->nlmsg_type = family_;
        header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        header->nlmsg_seq = sequence;
        auto* body = static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(header, sizeof(genlmsghdr)));
        body->cmd = ETHTOOL_MSG_LINKMODES_GET;
        body->version = ETHTOOL_GENL_VERSION;
        nlattr* request_header = mnl_attr_nest_start(header, ETHTOOL_A_LINKMODES_HEADER);
        mnl_attr_put_u32(header, ETHTOOL_A_HEADER_FLAGS, ETHTOOL_FLAG_COMPACT_BITSETS);
        mnl_attr_nest_end(header, request_header);
      },
      messages_);
  each_message(messages_, sizeof(genlmsghdr), [&](const nlmsghdr& message) {
    LinkMode mode;
    each_attribute(message, sizeof(genlmsghdr),
                   [&](const nlattr* attribute) { take_mode_attribute(attribute, mode); });
    if (!mode.name.empty()) visit(mode);
  });
  return asked;
}

}  // namespace sonde::node
