#include <doctest/doctest.h>

#include <array>

#include "tests/unit/scraper/tsdb/test_group.h"

namespace sonde::tsdb {
namespace {

TEST_SUITE("scraper/tsdb/group_read") {
  TEST_CASE("a column of the tail is what was appended after every row") {
    const Rows rows = make_rows(70, 60, 1);
    TestGroup group(70);
    for (size_t i = 0; i < rows.size(); ++i) {
      group.append(static_cast<int64_t>(i) * 1000, rows[i]);
      const Rows so_far(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(i) + 1);
      for (size_t c = 0; c < 70; ++c) {
        CAPTURE(i);
        CAPTURE(c);
        REQUIRE(group.read(c) == column_of(so_far, c));
      }
    }
  }

  TEST_CASE("a tail that was sealed is not read") {
    TestGroup group(3);
    group.append(1000, {1, 2, 3});
    const uint32_t generation = group.head.view({0, 5000}).generation;
    group.head.build_slabs(7200000);
    group.head.publish_seal({}, group.pool);
    double value = 0;
    std::array<uint64_t, kChunkBitmapWords> present;
    CHECK_FALSE(group.head.read_tail_column(generation, 1, 0, &value, present.data()));
  }

  TEST_CASE("prefetching leaves alone what is not there") {
    const GroupHead empty{GroupHead::Identity{}};
    TestGroup group(70);
    for (const GroupHead* head : std::array<const GroupHead*, 2>{&empty, &group.head}) {
      head->prefetch_slab_list();
      head->prefetch_slabs({0, 1});
      for (const size_t column : {0U, 69U, 70U, 1000U}) {
        head->prefetch_tail_column(column);
        head->prefetch_tail_blocks(column);
        head->prefetch_tail_bytes(column);
      }
    }
    CHECK(group.head.tail_row_count() == 0);
  }
}

}  // namespace
}  // namespace sonde::tsdb
