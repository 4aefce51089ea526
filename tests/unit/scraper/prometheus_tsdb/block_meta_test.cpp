#include "scraper/prometheus_tsdb/block_meta.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/block_meta") {
  TEST_CASE("what a compaction says of a block is read") {
    const auto meta = parse_block_meta(meta_json(
        -5, 7200000, R"({"level":2,"sources":["A"],"parents":[{"ulid":"P1","minTime":1},{"ulid":"P2"}]})"));
    REQUIRE(meta);
    CHECK(meta->ulid == "01AAAAAAAAAAAAAAAAAAAAAAAA");
    CHECK(meta->time_min_ms == -5);
    CHECK(meta->time_max_ms == 7200000);
    CHECK(meta->samples == 7);
    CHECK(meta->parents == std::vector<std::string>{"P1", "P2"});
    CHECK_FALSE(meta->is_deletable);
    CHECK(meta->is_in_order);
  }

  TEST_CASE("blocks that do not hold all of their time are told apart") {
    for (const char* hint : {"from-out-of-order", "from-stale-series", "from-selected-series"})
      CHECK_FALSE(
          parse_block_meta(meta_json(0, 1, R"({"hints":[")" + std::string(hint) + "\"]}"))->is_in_order);
    CHECK(parse_block_meta(meta_json(0, 1, R"({"hints":["else", 3]})"))->is_in_order);
    CHECK(parse_block_meta(meta_json(0, 1, R"({"deletable":true})"))->is_deletable);
  }

  TEST_CASE("other documents are errors") {
    for (const char* text : {"", "[]", "{", "{}", R"({"version":2,"minTime":1,"maxTime":2})",
                             R"({"version":1,"maxTime":2})", R"({"version":1,"minTime":3,"maxTime":2})",
                             R"({"version":1,"minTime":0,"maxTime":9223372036854775807})"}) {
      CHECK_MESSAGE(!parse_block_meta(text), text);
    }
    const std::string whole = meta_json(0, 1);
    for (size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(parse_block_meta(whole.substr(0, size)));
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
