#pragma once
// The addresses of network devices, for node_network_address_info.

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::node {

struct Address {
  std::string_view device;
  std::string address;
  unsigned prefix_bits = 0;
  std::string_view scope;  // "link-local", "interface-local", "global" or ""
};

// Calls `visit` for every IPv4 and IPv6 address of this network namespace.
Status each_address(const std::function<void(const Address&)>& visit);

// How far an address (4 or 16 bytes) reaches, in the original's words: loopback counts as link-local.
std::string_view scope_of(std::span<const uint8_t> address);

}  // namespace sonde::node
