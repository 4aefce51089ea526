#include "common/http_server/address.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

using sonde::ErrorCode;
using sonde::http::listen_at;
using sonde::http::local_address;
using sonde::http::unix_path;

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
    for (const char* address : {"", "9100", "127.0.0.1", ":x", ":65536", ":-1", "::1:9100", "tcp://:9100",
                                "unix://relative", "vsock://:x"}) {
      CAPTURE(address);
      const auto fd = listen_at(address);
      REQUIRE_FALSE(fd);
      CHECK(fd.error().code() == ErrorCode::InvalidArgument);
      CHECK(fd.error().message().find("want HOST:PORT or :PORT") != std::string::npos);
    }
  }

  TEST_CASE("a unix socket replaces one that is dead and nothing else") {
    const std::string path = "/tmp/sonde-address-" + std::to_string(::getpid()) + ".sock";
    const std::string address = "unix://" + path;
    CHECK(unix_path(address) == path);
    CHECK(unix_path("127.0.0.1:1").empty());
    const auto first = listen_at(address);
    REQUIRE(first);
    CHECK(local_address(*first) == address);
    const auto second = listen_at(address);
    REQUIRE_FALSE(second);
    CHECK(second.error().code() == ErrorCode::AlreadyExists);
    ::close(*first);
    const auto third = listen_at(address);
    REQUIRE(third);
    ::close(*third);
    ::unlink(path.c_str());
    CHECK_FALSE(listen_at("unix:///dev/null/x"));
    CHECK_FALSE(listen_at("unix:///dev/null"));
    CHECK_FALSE(listen_at("unix:///tmp/" + std::string(200, 'x')));
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
