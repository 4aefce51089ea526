#include "exporters/blackbox/icmp_packet.h"

#include <string_view>

namespace sonde::blackbox {
namespace {

constexpr unsigned char kEchoRequest4 = 8;
constexpr unsigned char kEchoReply4 = 0;
constexpr unsigned char kEchoRequest6 = 128;
constexpr unsigned char kEchoReply6 = 129;
constexpr std::string_view kPayload = "Prometheus Blackbox Exporter";
constexpr size_t kIp4HeaderBytesMin = 20;

void put_u16(std::string& packet, size_t at, uint16_t value) {
  packet[at] = static_cast<char>(value >> 8);
  packet[at + 1] = static_cast<char>(value & 0xFF);
}

// RFC 1071. ICMPv6's covers a pseudo header too, and the kernel fills it in.
uint16_t internet_checksum(std::string_view bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const auto high = static_cast<unsigned char>(bytes[i]);
    const auto low = i + 1 < bytes.size() ? static_cast<unsigned char>(bytes[i + 1]) : 0u;
    sum += static_cast<uint32_t>(high << 8) | low;
  }
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

}  // namespace

std::string make_echo_request(IpProtocol protocol, Echo echo, size_t payload_size_bytes) {
  std::string packet(kEchoHeaderBytes, '\0');
  packet[0] = static_cast<char>(protocol == IpProtocol::Ip4 ? kEchoRequest4 : kEchoRequest6);
  put_u16(packet, 4, echo.id);
  put_u16(packet, 6, echo.sequence);
  packet += kPayload;
  if (payload_size_bytes != 0) packet.resize(kEchoHeaderBytes + payload_size_bytes, '\0');
  put_u16(packet, 2, internet_checksum(packet));
  return packet;
}

std::optional<Echo> read_echo_reply(IpProtocol protocol, std::span<const unsigned char> packet) {
  const unsigned char wanted = protocol == IpProtocol::Ip4 ? kEchoReply4 : kEchoReply6;
  if (packet.size() < kEchoHeaderBytes || packet[0] != wanted || packet[1] != 0) return std::nullopt;
  const auto u16 = [&](size_t at) { return static_cast<uint16_t>(packet[at] << 8 | packet[at + 1]); };
  return Echo{.id = u16(4), .sequence = u16(6)};
}

std::span<const unsigned char> skip_ip4_header(std::span<const unsigned char> packet) {
  if (packet.size() < kIp4HeaderBytesMin) return {};
  const size_t header_bytes = size_t{packet[0] & 0x0Fu} * 4;
  if (header_bytes < kIp4HeaderBytesMin || header_bytes > packet.size()) return {};
  return packet.subspan(header_bytes);
}

}  // namespace sonde::blackbox
