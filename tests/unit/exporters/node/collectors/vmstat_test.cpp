#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/vmstat") {
  TEST_CASE("fields are chosen by the pattern and untyped") {
    Host host;
    host.write("proc/vmstat",
               "nr_free_pages 977769\npgpgin 7344136\npgfault 2320168809\nthp_fault_alloc 1\n");
    CHECK(host.scrape(make_vmstat) ==
          "node_vmstat_pgfault 2.320168809e+09\nnode_vmstat_pgpgin 7.344136e+06\n");
    CHECK(host.page.find("# TYPE node_vmstat_pgpgin untyped\n") != std::string::npos);
    host.options.vmstat_fields = "^thp";
    CHECK(host.scrape(make_vmstat) == "node_vmstat_thp_fault_alloc 1\n");
  }

  TEST_CASE("a value that is no number is corrupt and a bad pattern stops the start") {
    Host host;
    host.write("proc/vmstat", "pgpgin many\n");
    CHECK(host.scrape(make_vmstat).empty());
    CHECK(host.error_code() == ErrorCode::Corrupt);
    host.options.vmstat_fields = "(";
    host.make(make_vmstat);
    REQUIRE(host.error);
    CHECK(host.error->code() == ErrorCode::InvalidArgument);
    CHECK(host.error->message().starts_with("--collector.vmstat.fields: bad regular expression \"(\""));
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
