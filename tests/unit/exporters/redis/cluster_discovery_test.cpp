#include "exporters/redis/cluster_discovery.h"

#include <doctest/doctest.h>

namespace sonde::redis {

TEST_SUITE("redis/cluster_discovery") {
  // As the reference writes it, which marshals with an indent of two.
  TEST_CASE("targets are a list of one group") {
    CHECK(write_discovery({"redis://a:1", "redis://b:2"}) ==
          "[\n  {\n    \"targets\": [\n      \"redis://a:1\",\n      \"redis://b:2\"\n    ],\n    "
          "\"labels\": {}\n  }\n]");
    CHECK(write_discovery({}) == "[\n  {\n    \"targets\": [],\n    \"labels\": {}\n  }\n]");
    CHECK(write_discovery({"\xff"}).find("\xef\xbf\xbd") != std::string::npos);
  }
}

}  // namespace sonde::redis
