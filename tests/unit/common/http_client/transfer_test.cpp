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
}
