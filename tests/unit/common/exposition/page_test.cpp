#include "common/exposition/page.h"

#include <doctest/doctest.h>

namespace sonde::exposition {

TEST_SUITE("exposition/page") {
  TEST_CASE("a family that comes back later is joined with its first part") {
    const auto families = parse_page("# TYPE a histogram\na_sum 1\nb 2\na_count 3\nc_sum 4\n");
    REQUIRE(families);
    REQUIRE(families->size() == 3);
    CHECK((*families)[0].samples.size() == 2);
    CHECK((*families)[2].name == "c_sum");
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
