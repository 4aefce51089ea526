#include <doctest/doctest.h>

#include <sys/utsname.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/uname") {
  TEST_CASE("the running kernel tells its six names") {
    Host host;
    struct utsname names {};
    REQUIRE(::uname(&names) == 0);
    CHECK(host.scrape(make_uname) == std::string("node_uname_info{domainname=\"") + names.domainname +
                                         "\",machine=\"" + names.machine + "\",nodename=\"" + names.nodename +
                                         "\",release=\"" + names.release + "\",sysname=\"" + names.sysname +
                                         "\",version=\"" + names.version + "\"} 1\n");
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
