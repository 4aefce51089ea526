#include <doctest/doctest.h>

#include <array>

#include "common/io/file_system.h"
#include "scraper/tsdb/head_stretch.h"
#include "tests/unit/scraper/tsdb/test_group.h"

namespace sonde::tsdb {
namespace {

TEST_SUITE("scraper/tsdb/group_seal") {
  TEST_CASE("rows of different block ranges go to different slabs") {
    const Rows rows = make_rows(70, 100, 2);
    TestGroup group(70);
    // Rows at 50.5, 51.5 … s and ranges of 60 s: 10 rows, 60 rows, 30 rows.
    for (size_t i = 0; i < rows.size(); ++i) group.append(50500 + static_cast<int64_t>(i) * 1000, rows[i]);
    const auto built = group.head.build_slabs(60000);
    REQUIRE(built.size() == 3);
    std::vector<SlabRef> slabs;
    for (const auto& slab : built) slabs.push_back(slab.ref(io::as_bytes(slab.bytes).data()));
    CHECK(slabs[0].row_count == 10);
    CHECK(slabs[1].row_count == 60);
    CHECK(slabs[2].row_count == 30);
    CHECK(slabs[1].time_min_ms == 60500);
    CHECK(slabs[1].time_max_ms == 119500);
    group.head.publish_seal(slabs, group.pool);
    CHECK(group.head.tail_row_count() == 0);
    for (size_t c = 0; c < 70; ++c) {
      CAPTURE(c);
      std::vector<uint64_t> bits;
      for (const SlabRef& slab : group.head.view({INT64_MIN, INT64_MAX}).slabs) {
        std::array<double, kRowsPerSeal> values;
        std::array<uint64_t, kChunkBitmapWords> present;
        REQUIRE(read_slab_column(slab, c, values.data(), present.data()));
        for (size_t i = 0; i < slab.row_count; ++i) bits.push_back(std::bit_cast<uint64_t>(values[i]));
      }
      CHECK(bits == column_of(rows, c));
    }
  }

  TEST_CASE("a tail goes on after a seal") {
    const Rows rows = make_rows(70, 80, 3);
    TestGroup group(70);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i == 50) {
        group.head.build_slabs(7200000);
        group.head.publish_seal({}, group.pool);
      }
      group.append(static_cast<int64_t>(i) * 1000, rows[i]);
    }
    for (size_t c = 0; c < 70; ++c) CHECK(group.read(c) == column_of(rows, c, 50));
  }

  TEST_CASE("a group without columns begins again") {
    TestGroup group(3);
    group.append(1000, {1, 2, 3});
    group.head.build_slabs(7200000);
    group.head.publish_seal({}, group.pool);
    group.head.forget_columns();
    CHECK_FALSE(group.head.has_rows());
    CHECK(group.head.column_count() == 0);
    const auto set = group.symbols.intern(Labels{{"other", "1"}});
    group.head.grow(group.shapes.share({set}), group.pool);
    group.append(2000, {5});
    CHECK(group.read(0) == std::vector<uint64_t>{std::bit_cast<uint64_t>(5.0)});
  }
}

}  // namespace
}  // namespace sonde::tsdb
