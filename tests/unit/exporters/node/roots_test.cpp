#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/roots") {
  TEST_CASE("names are below their roots") {
    Roots roots;
    CHECK(roots.proc("net/dev") == "/proc/net/dev");
    CHECK(roots.host("/etc/os-release") == "/etc/os-release");
    roots.rootfs = "/host";
    roots.procfs = "/host/proc/";
    CHECK(roots.proc("stat") == "/host/proc/stat");
    CHECK(roots.host("/etc/os-release") == "/host/etc/os-release");
    CHECK(roots.host("/") == "/host/");
  }

  TEST_CASE("mount points are shown as the host knows them") {
    Roots roots;
    CHECK(roots.without_rootfs("/var") == "/var");
    roots.rootfs = "/host";
    CHECK(roots.without_rootfs("/host/var") == "/var");
    CHECK(roots.without_rootfs("/host") == "/");
    CHECK(roots.without_rootfs("/hostile") == "/hostile");
    CHECK(roots.without_rootfs("/other") == "/other");
    roots.rootfs = "/host/";
    CHECK(roots.without_rootfs("/host/var") == "/var");
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
