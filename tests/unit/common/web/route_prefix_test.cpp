#include "common/web/route_prefix.h"

#include <doctest/doctest.h>

using sonde::web::route_prefix;

TEST_SUITE("web/route_prefix") {
  TEST_CASE("the prefix is its flag's or else the path of the URL") {
    CHECK(route_prefix("", "").empty());
    CHECK(route_prefix("/", "http://host/a").empty());
    CHECK(route_prefix("", "http://host").empty());
    CHECK(route_prefix("", "http://host:9091/").empty());
    CHECK(route_prefix("", "http://host/a/b/") == "/a/b");
    CHECK(route_prefix("x/", "http://host/a") == "/x");
    CHECK(route_prefix("//x/y//", "") == "/x/y");
  }
}
