#include <doctest/doctest.h>

#include "exporters/node/netlink.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/netlink") {
  TEST_CASE("the loopback device is among the links with its counters") {
    LinkDump links;
    for (int round = 0; round < 2; ++round) {
      bool found = false;
      const auto status = links.run([&](const Link& link) {
        if (link.name != "lo") return;
        found = true;
        CHECK(link.type == 772);  // ARPHRD_LOOPBACK
        CHECK(link.statistics);
        CHECK(link.mtu);
        CHECK(link.address.size() == 6);
      });
      if (!status) {
        MESSAGE("no netlink here: " << status.error().message());
        return;
      }
      CHECK(found);
    }
  }

  TEST_CASE("link modes are told or the family is not there") {
    LinkModeDump modes;
    const auto status = modes.run([](const LinkMode& mode) { CHECK_FALSE(mode.name.empty()); });
    if (!status) MESSAGE("no link modes here: " << status.error().message());
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
