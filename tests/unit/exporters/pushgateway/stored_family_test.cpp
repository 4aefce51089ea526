#include "exporters/pushgateway/stored_family.h"

#include <doctest/doctest.h>

#include "exporters/pushgateway/push_reader.h"

namespace sonde::pushgateway {

TEST_SUITE("pushgateway/stored_family") {
  TEST_CASE("a stored family is read back as it was pushed") {
    const GroupingKey key = *parse_grouping_key("job/j", false);
    const std::string_view text =
        "# HELP h A \\\\ \\n help.\n# TYPE h histogram\n"
        "h_bucket{a=\"\\\"\",instance=\"\",job=\"j\",le=\"+Inf\"} 2\n"
        "h_sum{a=\"\\\"\",instance=\"\",job=\"j\"} 1.5\nh_count{a=\"\\\"\",instance=\"\",job=\"j\"} 2\n";
    const auto pushed = PushReader(text, key, false).read();
    REQUIRE(pushed);
    const auto prepared = GroupStore::prepare(pushed->families, 1);
    std::string out;
    append_family(out, "h", prepared.at(0).second);
    CHECK(out == text);
    const PushedFamily again = read_family("h", prepared[0].second, key);
    CHECK(again.help == "A \\ \n help.");
    REQUIRE(again.metrics.size() == 1);
    CHECK(again.metrics[0].sum == 1.5);
    CHECK(again.metrics[0].count == 2);
    CHECK(again.labels(again.metrics[0]) == "a=\"\\\"\",instance=\"\",job=\"j\"");
  }
}

}  // namespace sonde::pushgateway
