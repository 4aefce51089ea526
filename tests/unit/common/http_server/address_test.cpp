#include "common/http_server/address.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

using sonde::ErrorCode;
using sonde::http::listen_at;
using sonde::http::local_address;

TEST_SUITE("http_server/address") {
  TEST_CASE("the forms of a listen address are taken") {
    for (const char* address : {"127.0.0.1:0", ":0", "localhost:0", "0.0.0.0:0"}) {
      CAPTURE(address);
      const auto fd = listen_at(address);
      REQUIRE(fd);
      CHECK(local_address(*fd).find(':') != std::string::npos);
      ::close(*fd);
    }
  }

  TEST_CASE("a malformed listen address says what is wanted") {
    for (const char* address :
         {"", "9100", "127.0.0.1", ":x", ":65536", ":-1", "::1:9100", "unix:///tmp/x"}) {
      CAPTURE(address);
      const auto fd = listen_at(address);
      REQUIRE_FALSE(fd);
      CHECK(fd.error().code() == ErrorCode::InvalidArgument);
      CHECK(fd.error().message().find("want HOST:PORT or :PORT") != std::string::npos);
    }
  }

  TEST_CASE("a port in use says who is to change what") {
    const auto first = listen_at("127.0.0.1:0");
    REQUIRE(first);
    const std::string address = local_address(*first);
    const auto second = listen_at(address);
    REQUIRE_FALSE(second);
    CHECK(second.error().message() ==
          "address " + address +
              " is already in use: stop the other process or choose another --web.listen-address");
    ::close(*first);
  }

  TEST_CASE("an address of another host is refused") {
    const auto fd = listen_at("192.0.2.1:0");
    REQUIRE_FALSE(fd);
    CHECK(fd.error().code() == ErrorCode::NotFound);
  }

}  // TEST_SUITE
