#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "exporters/node/text_family.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/text_family") {
  TEST_CASE("families keep their order with help and type") {
    const auto families =
        parse_text_families("b 1\n# HELP a text\\nmore\n# TYPE a counter\na{x=\"y\"} 2\n# HELP unused u\n");
    REQUIRE(families);
    REQUIRE(families->size() == 2);
    CHECK((*families)[0].name == "b");
    CHECK_FALSE((*families)[0].help);
    CHECK((*families)[1].help == "text\nmore");
    CHECK((*families)[1].type == MetricType::Counter);
    CHECK((*families)[1].series.front().labels.get("x") == "y");
    CHECK((*families)[1].series.front().value == 2);
  }

  TEST_CASE("parts of a histogram with the same labels are one series") {
    const auto families = parse_text_families(
        "# TYPE h histogram\nh_bucket{a=\"1\",le=\"1\"} 2\nh_bucket{a=\"2\",le=\"1\"} 9\nh_sum{a=\"1\"} "
        "5\nh_count{a=\"1\"} 3\nh_other 1\n");
    REQUIRE(families);
    REQUIRE(families->size() == 2);
    REQUIRE(families->front().series.size() == 2);
    const TextSeries& series = families->front().series.front();
    CHECK(series.points == std::vector<std::pair<double, double>>{{1, 2}});
    CHECK(series.sum == 5);
    CHECK(series.count == 3);
    CHECK((*families)[1].name == "h_other");
  }

  TEST_CASE("a histogram of very many label sets is read in time") {
    constexpr int kSetCount = 50'000;  // Compared pairwise they would take minutes.
    std::string text = "# TYPE h histogram\n";
    for (const char* suffix : {"_sum", "_count"}) {
      for (int i = 0; i < kSetCount; ++i) {
        text += "h" + std::string(suffix) + "{i=\"" + std::to_string(i) + "\"} " + std::to_string(i) + "\n";
      }
    }
    const auto families = parse_text_families(text);
    REQUIRE(families);
    REQUIRE(families->front().series.size() == kSetCount);
    CHECK(families->front().series[7].sum == 7);
    CHECK(families->front().series[7].count == 7);
  }

  TEST_CASE("what a scrape would take and the original's files may not have is refused") {
    for (const char* text :
         {"a 1 5\n", "a 1", "{\"a.b\"} 1\n", "a{\"x.y\"=\"1\"} 1\n", "# HELP a x\n# HELP a y\na 1\n",
          "# TYPE a gauge\n# TYPE a gauge\na 1\n", "a 1\n# TYPE a gauge\n",
          "# TYPE h histogram\nh_bucket 1\n", "# TYPE h histogram\nh_bucket{le=\"x\"} 1\n", "a b\n"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_text_families(text));
    }
    CHECK(parse_text_families("")->empty());
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
