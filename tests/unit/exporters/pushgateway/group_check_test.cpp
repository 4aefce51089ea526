// GroupStore::check(), beyond what group_store_test.cpp shows: names that collide with the parts of
// histograms and summaries (client_golang's checkSuffixCollisions).

#include <doctest/doctest.h>

#include <string>

#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/push_reader.h"

namespace sonde::pushgateway {
namespace {

Status push(GroupStore& store, std::string_view path, std::string_view body, PushMode mode) {
  const GroupingKey key = *parse_grouping_key(path, false);
  const auto read = PushReader(body, key, false).read();
  REQUIRE(read);
  auto prepared = GroupStore::prepare(read->families, 1);
  if (auto checked = store.check(key, read->families, prepared, mode); !checked) return checked;
  store.apply(key, std::move(prepared), mode, {.push_seconds = 1});
  return Ok{};
}

}  // namespace

TEST_SUITE("pushgateway/group_check") {
  TEST_CASE("a family cannot have the name of another one's part") {
    const auto clash = [](std::string_view first, std::string_view second, bool refused) {
      CAPTURE(first);
      CAPTURE(second);
      GroupStore store({});
      REQUIRE(push(store, "job/a", first, PushMode::ReplaceGroup));
      CHECK(push(store, "job/b", second, PushMode::ReplaceGroup).ok() != refused);
      // What the push replaces does not count.
      CHECK(push(store, "job/a", second, PushMode::ReplaceGroup));
      if (!refused) return;
      GroupStore both({});
      CHECK_FALSE(push(both, "job/a", std::string(first) + std::string(second), PushMode::ReplaceGroup));
      REQUIRE(push(both, "job/a", first, PushMode::ReplaceGroup));
      CHECK_FALSE(push(both, "job/a", second, PushMode::ReplaceFamilies));
    };
    constexpr std::string_view kHistogram = "# TYPE h histogram\nh_count 1\n";
    constexpr std::string_view kSummary = "# TYPE h summary\nh_count 1\n";
    clash("# TYPE h_bucket gauge\nh_bucket 1\n", kHistogram, true);
    clash("# TYPE h_count gauge\nh_count 1\n", kHistogram, true);
    clash("# TYPE h_sum gauge\nh_sum 1\n", kSummary, true);
    clash("# TYPE h_bucket gauge\nh_bucket 1\n", kSummary, false);
    clash("# TYPE h gauge\nh 1\n", "# TYPE h_count gauge\nh_count 1\n", false);
  }

  TEST_CASE("a part pushed after its histogram is refused too") {
    GroupStore store({});
    REQUIRE(push(store, "job/a", "# TYPE h histogram\nh_count 1\n", PushMode::ReplaceGroup));
    CHECK_FALSE(push(store, "job/b", "h_sum 1\n", PushMode::ReplaceGroup));
    CHECK_FALSE(push(store, "job/a", "h_bucket 1\n", PushMode::ReplaceFamilies));
    CHECK(push(store, "job/a", "h_bucket 1\n", PushMode::ReplaceGroup));
  }
}

}  // namespace sonde::pushgateway
