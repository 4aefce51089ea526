#include <doctest/doctest.h>

#include "exporters/node/cpu_info.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/cpu_info") {
  TEST_CASE("blocks of x86 and ARM are read") {
    std::vector<CpuInfo> cpus;
    parse_cpu_info(
        "processor\t: 0\nmodel name\t: X\ncpu MHz\t\t: 799.998\nflags\t: a b\n\nprocessor\t: 1\nFeatures\t: "
        "fp asimd\ncpu MHz : x\n",
        cpus);
    REQUIRE(cpus.size() == 2);
    CHECK(cpus[0].processor == "0");
    CHECK(cpus[0].model_name == "X");
    CHECK(cpus[0].megahertz == 799.998);
    CHECK(cpus[0].flags == "a b");
    CHECK(cpus[1].flags == "fp asimd");
    CHECK_FALSE(cpus[1].megahertz);
    parse_cpu_info("words\nflags : a\n", cpus);
    CHECK(cpus.empty());
  }

  TEST_CASE("lists of CPUs are expanded and bad ones refused") {
    CHECK(parse_cpu_list("1,3-5,9\n") == std::vector<unsigned>{1, 3, 4, 5, 9});
    CHECK(parse_cpu_list("")->empty());
    for (const char* text : {"1-", "a", "5-3", "1,,2", "0-99999999"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_cpu_list(text));
    }
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
