#pragma once
// ICMP and ICMPv6 echo messages (RFC 792, RFC 4443): bytes only, no sockets.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "exporters/blackbox/module.h"

namespace sonde::blackbox {

inline constexpr size_t kEchoHeaderBytes = 8;

struct Echo {
  uint16_t id = 0;
  uint16_t sequence = 0;
};

// A request with checksum; the payload is the reference's text, cut or padded with zeros to
// `payload_size_bytes` when that is not 0.
std::string make_echo_request(IpProtocol protocol, Echo echo, size_t payload_size_bytes);

// The identity of an echo reply; nullopt for any other message and for one that is cut. `packet` starts with
// the ICMP header.
std::optional<Echo> read_echo_reply(IpProtocol protocol, std::span<const unsigned char> packet);

// A raw IPv4 socket delivers the IP header too: the bytes after it, empty when the packet is cut.
std::span<const unsigned char> skip_ip4_header(std::span<const unsigned char> packet);

}  // namespace sonde::blackbox
