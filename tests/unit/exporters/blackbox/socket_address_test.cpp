#include "exporters/blackbox/socket_address.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>

namespace sonde::blackbox {

TEST_SUITE("blackbox/socket_address") {
  TEST_CASE("literals become addresses and names do not") {
    const auto ip4 = to_socket_address("192.0.2.1", "80");
    REQUIRE(ip4);
    CHECK(ip4->family() == AF_INET);
    CHECK(ntohs(reinterpret_cast<const sockaddr_in*>(ip4->get())->sin_port) == 80);
    const auto ip6 = to_socket_address("2001:db8::1", "443");
    REQUIRE(ip6);
    CHECK(ip6->family() == AF_INET6);
    CHECK(to_socket_address("127.0.0.1", ""));
    CHECK_FALSE(to_socket_address("localhost", "80"));
    CHECK_FALSE(to_socket_address("127.0.0.1", "no such service"));
    CHECK_FALSE(to_socket_address("127.0.0.1", "99999999"));
  }

  TEST_CASE("a socket's path is bounded") {
    const auto path = to_unix_address("/run/x.sock");
    REQUIRE(path);
    CHECK(path->size == offsetof(sockaddr_un, sun_path) + 12);
    const auto abstract = to_unix_address("@name");
    REQUIRE(abstract);
    CHECK(abstract->size == offsetof(sockaddr_un, sun_path) + 5);
    CHECK_FALSE(to_unix_address(""));
    CHECK_FALSE(to_unix_address(std::string(200, 'x')));
  }

  // Go's net.SplitHostPort.
  TEST_CASE("host and port are told apart") {
    const auto split = [](std::string_view text) {
      const auto parts = split_host_port(text);
      return parts ? parts->host + "|" + parts->port : "error: " + parts.error().message();
    };
    CHECK(split("a:1") == "a|1");
    CHECK(split(":1") == "|1");
    CHECK(split("a:") == "a|");
    CHECK(split("[2001:db8::1]:80") == "2001:db8::1|80");
    CHECK(split("[fe80::1%eth0]:https") == "fe80::1%eth0|https");
    CHECK(split("a") == "error: address a: missing port in address");
    CHECK(split("[::1]") == "error: address [::1]: missing port in address");
    CHECK(split("::1") == "error: address ::1: too many colons in address");
    CHECK(split("[::1]80:1") == "error: address [::1]80:1: missing port in address");
    CHECK(split("[::1") == "error: address [::1: missing ']' in address");
    CHECK(split("a]:1") == "error: address a]:1: unexpected '[' or ']' in address");
    CHECK(split("") == "error: address : missing port in address");
  }
}

}  // namespace sonde::blackbox
