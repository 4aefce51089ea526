#include <doctest/doctest.h>

#include "exporters/node/addresses.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/addresses") {
  std::string_view scope(std::initializer_list<uint8_t> bytes) {
    return scope_of(std::span(bytes.begin(), bytes.size()));
  }

  TEST_CASE("IPv4 addresses reach as far as the original says") {
    CHECK(scope({127, 0, 0, 1}) == "link-local");
    CHECK(scope({169, 254, 1, 1}) == "link-local");
    CHECK(scope({224, 0, 0, 5}) == "link-local");
    CHECK(scope({10, 0, 0, 1}) == "global");
    CHECK(scope({224, 1, 0, 5}).empty());
    CHECK(scope({0, 0, 0, 0}).empty());
    CHECK(scope({255, 255, 255, 255}).empty());
  }

  TEST_CASE("IPv6 addresses reach as far as the original says") {
    CHECK(scope({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) == "link-local");
    CHECK(scope({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) == "link-local");
    CHECK(scope({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) == "link-local");
    CHECK(scope({0xff, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) == "interface-local");
    CHECK(scope({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) == "global");
    CHECK(scope({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}).empty());
    CHECK(scope({1, 2, 3}).empty());
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
