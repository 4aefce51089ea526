#include "exporters/blackbox/icmp_packet.h"

#include <doctest/doctest.h>

#include <vector>

namespace sonde::blackbox {

TEST_SUITE("blackbox/icmp_packet") {
  TEST_CASE("the words of a request and its checksum add up to FFFF") {
    const std::string packet = make_echo_request(IpProtocol::Ip4, {.id = 0x1234, .sequence = 1}, 28);
    CHECK(packet.size() == kEchoHeaderBytes + 28);
    CHECK(packet.substr(0, 2) == std::string("\x08\0", 2));
    CHECK(packet.substr(4, 4) == std::string("\x12\x34\0\x01", 4));
    // RFC 1071: all words with their checksum add up to FFFF.
    uint32_t sum = 0;
    for (size_t i = 0; i < packet.size(); i += 2) {
      sum += static_cast<unsigned char>(packet[i]) * 256u + static_cast<unsigned char>(packet[i + 1]);
    }
    while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
    CHECK(sum == 0xFFFF);
  }

  TEST_CASE("a reply cut at any byte is none") {
    const std::vector<unsigned char> reply{0, 0, 0xAB, 0xCD, 0x12, 0x34, 0, 7};
    for (size_t length = 0; length < reply.size(); ++length) {
      CHECK_FALSE(read_echo_reply(IpProtocol::Ip4, std::span(reply).first(length)));
    }
    const auto echo = read_echo_reply(IpProtocol::Ip4, reply);
    REQUIRE(echo);
    CHECK(echo->id == 0x1234);
    CHECK(echo->sequence == 7);
    CHECK_FALSE(read_echo_reply(IpProtocol::Ip6, reply));
  }

  TEST_CASE("an IPv4 header is skipped by its own length and a cut one gives nothing") {
    std::vector<unsigned char> packet(28, 0);
    packet[0] = 0x46;  // six words
    CHECK(skip_ip4_header(packet).size() == 4);
    for (size_t length = 0; length < 24; ++length)
      CHECK(skip_ip4_header(std::span(packet).first(length)).empty());
    packet[0] = 0x44;  // four words are too few
    CHECK(skip_ip4_header(packet).empty());
  }
}

}  // namespace sonde::blackbox
