#include "exporters/node/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <memory>

#include "exporters/node/files.h"

namespace sonde::node {
namespace {

constexpr std::string_view kLinkLocal = "link-local";
constexpr std::string_view kInterfaceLocal = "interface-local";
constexpr std::string_view kGlobal = "global";

std::span<const uint8_t> bytes_of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    return {reinterpret_cast<const uint8_t*>(&in), sizeof in};
  }
  if (address->sa_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    return {reinterpret_cast<const uint8_t*>(&in), sizeof in};
  }
  return {};
}

std::string_view scope_of_v4(std::span<const uint8_t> a) {
  const bool loopback = a[0] == 127;
  const bool unicast = a[0] == 169 && a[1] == 254;
  const bool multicast = a[0] == 224 && a[1] == 0 && a[2] == 0;
  if (loopback || unicast || multicast) return kLinkLocal;
  const bool unspecified = std::ranges::all_of(a, [](uint8_t byte) { return byte == 0; });
  const bool broadcast = std::ranges::all_of(a, [](uint8_t byte) { return byte == 255; });
  const bool any_multicast = (a[0] & 0xf0) == 0xe0;
  return unspecified || broadcast || any_multicast ? std::string_view() : kGlobal;
}

}  // namespace

std::string_view scope_of(std::span<const uint8_t> address) {
  if (address.size() == 4) return scope_of_v4(address);
  if (address.size() != 16) return {};
  const bool leading_zeros = std::ranges::all_of(address.first(15), [](uint8_t byte) { return byte == 0; });
  const bool loopback = leading_zeros && address[15] == 1;
  const bool unicast = address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
  const bool multicast = address[0] == 0xff;
  if (loopback || unicast || (multicast && (address[1] & 0x0f) == 2)) return kLinkLocal;
  if (multicast) return (address[1] & 0x0f) == 1 ? kInterfaceLocal : std::string_view();
  return leading_zeros && address[15] == 0 ? std::string_view() : kGlobal;
}

Status each_address(const std::function<void(const Address&)>& visit) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return Error(ErrorCode::Io, "cannot list addresses: " + errno_text(errno));
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    if (!entry->ifa_addr || !entry->ifa_netmask) continue;
    const auto bytes = bytes_of(entry->ifa_addr);
    if (bytes.empty()) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (!::inet_ntop(entry->ifa_addr->sa_family, bytes.data(), text.data(), text.size())) continue;
    unsigned bits = 0;
    for (const uint8_t byte : bytes_of(entry->ifa_netmask))
      bits += static_cast<unsigned>(std::popcount(byte));
    visit({.device = entry->ifa_name, .address = text.data(), .prefix_bits = bits, .scope = scope_of(bytes)});
  }
  return Ok{};
}

}  // namespace sonde::node
