#include "exporters/blackbox/http_url.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {

TEST_SUITE("blackbox/http_url") {
  TEST_CASE("the host stands between user and port") {
    CHECK(url_host("http://a.b/c") == "a.b");
    CHECK(url_host("https://u:p@a:8080/x@y") == "a");
    CHECK(url_host("http://[::1]:80/") == "::1");
    CHECK(url_host("http://a?b") == "a");
    CHECK(url_host("http://[::1") == "");
    CHECK(url_host("a.b") == "");
  }
}

}  // namespace sonde::blackbox
