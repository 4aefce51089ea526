#include <doctest/doctest.h>

#include <algorithm>

#include "exporters/node/collector_list.h"
#include "exporters/node/shared_reads.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/collector_list") {
  Result<CollectorChoice> choose(Options & options) {
    static test::FixedClock clock;
    static Logger logger(clock, -1);
    static SharedReads shared(options.roots);
    return make_collectors(options, clock, logger, shared);
  }

  void set(Options & options, std::string_view name, bool enabled) {
    const auto specs = collector_list();
    const auto found = std::ranges::find(specs, name, &CollectorSpec::name);
    REQUIRE(found != specs.end());
    options.switches[static_cast<size_t>(found - specs.begin())] = {.enabled = enabled, .given = true};
  }

  TEST_CASE("every name of the original is known and the default ones that are built run") {
    CHECK(collector_list().size() == 79);
    Options options;
    const auto choice = choose(options);
    REQUIRE(choice);
    CHECK(choice->enabled.size() == 18);
    CHECK(choice->disabled.empty());
  }

  TEST_CASE("disabling the defaults leaves what is named") {
    Options options;
    options.disable_defaults = true;
    set(options, "loadavg", true);
    set(options, "arp", false);
    const auto choice = choose(options);
    REQUIRE(choice);
    REQUIRE(choice->enabled.size() == 1);
    CHECK(choice->enabled.front().name == "loadavg");
    CHECK(choice->disabled.size() == 17);
  }

  TEST_CASE("asking for a collector that is not built says so") {
    Options options;
    set(options, "zfs", true);
    const auto choice = choose(options);
    REQUIRE_FALSE(choice);
    CHECK(choice.error().message() ==
          "--collector.zfs: this version has no zfs collector, leave the flag out");
  }

  TEST_CASE("a flag that is wrong matters only where its collector runs") {
    Options options;
    options.vmstat_fields = "(";
    const auto refused = choose(options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().starts_with("collector vmstat: --collector.vmstat.fields: "));
    set(options, "vmstat", false);
    CHECK(choose(options));
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
