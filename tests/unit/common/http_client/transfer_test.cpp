#include "common/http_client/transfer.h"

#include <doctest/doctest.h>

TEST_SUITE("http_client/transfer") {
  TEST_CASE("host and port tell whether two addresses are one host") {
    using sonde::http::host_and_port;
    CHECK(host_and_port("http://a.test/x") == "a.test:80");
    CHECK(host_and_port("https://a.test/x?y=http://b") == "a.test:443");
    CHECK(host_and_port("http://a.test:8080") == "a.test:8080");
    CHECK(host_and_port("http://[::1]:9/") == "[::1]:9");
    CHECK(host_and_port("nonsense:") == ":");
  }

  TEST_CASE("a password in an address is not shown and nothing else is changed") {
    using sonde::http::without_password;
    CHECK(without_password("http://u:s3cret@a.test:81/x?y=1") == "http://u:***@a.test:81/x?y=1");
    for (const char* url : {"http://a.test", "https://u@a.test/x", "nonsense:", "", "a b"}) {
      CHECK(without_password(url) == url);
    }
  }
}
