#include "scraper/api/host.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <memory>

TEST_SUITE("api/host") {
  TEST_CASE("this machine has the name that the kernel shows") {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/sys/kernel/hostname", "r"),
                                                     std::fclose);
    REQUIRE(file);
    char line[256] = {};
    REQUIRE(std::fgets(line, sizeof line, file.get()) != nullptr);
    CHECK(sonde::api::host_name() + "\n" == line);
  }
}
