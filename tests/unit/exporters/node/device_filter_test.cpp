#include <doctest/doctest.h>

#include "exporters/node/device_filter.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/device_filter") {
  class NullLogger {
   public:
    Logger& get() { return logger_; }

   private:
    test::FixedClock clock_;
    Logger logger_{clock_, -1};
  };

  FilterFlags flags() {
    FilterFlags out;
    out.include_flag = "--i";
    out.exclude_flag = "--e";
    out.old_exclude_flag = "--old";
    out.exclude = "^lo";
    return out;
  }

  TEST_CASE("patterns are searched for anywhere in the name") {
    NullLogger logger;
    const auto filter = DeviceFilter::make(flags(), logger.get());
    REQUIRE(filter);
    CHECK(filter->ignores("lo"));
    CHECK(filter->ignores("loop0"));
    CHECK_FALSE(filter->ignores("eth0"));
  }

  TEST_CASE("an include clears the default and keeps what it matches") {
    NullLogger logger;
    FilterFlags given = flags();
    given.include = "o0";
    const auto filter = DeviceFilter::make(given, logger.get());
    REQUIRE(filter);
    CHECK_FALSE(filter->ignores("lo0"));
    CHECK(filter->ignores("eth0"));
  }

  TEST_CASE("include and exclude or two names of one flag are refused") {
    NullLogger logger;
    FilterFlags both = flags();
    both.include = "a";
    both.exclude_given = true;
    const auto refused = DeviceFilter::make(both, logger.get());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message() == "--i and --e are mutually exclusive, give one of them");
    FilterFlags twice = flags();
    twice.old_exclude = "x";
    twice.exclude_given = true;
    const auto old = DeviceFilter::make(twice, logger.get());
    REQUIRE_FALSE(old);
    CHECK(old.error().message() == "--old and --e are mutually exclusive, give one of them");
  }

  TEST_CASE("the old name alone is taken and a bad pattern is refused") {
    NullLogger logger;
    FilterFlags old = flags();
    old.old_exclude = "^eth";
    const auto filter = DeviceFilter::make(old, logger.get());
    REQUIRE(filter);
    CHECK(filter->ignores("eth0"));
    CHECK_FALSE(filter->ignores("lo"));
    old.old_exclude = "[";
    CHECK_FALSE(DeviceFilter::make(old, logger.get()));
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
