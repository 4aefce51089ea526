#include "common/http_client/ca_bundle.h"

#include <doctest/doctest.h>
#include <unistd.h>

namespace sonde::http {

TEST_SUITE("http_client/ca_bundle") {
  TEST_CASE("what is found can be read") {
    const char* path = system_ca_bundle();
    if (path != nullptr) CHECK(::access(path, R_OK) == 0);
    CHECK(path == system_ca_bundle());
  }
}

}  // namespace sonde::http
