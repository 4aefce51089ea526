#include "scraper/tsdb/slab_rows.h"

#include <doctest/doctest.h>

#include <array>

#include "common/io/byte_reader.h"
#include "tests/unit/scraper/tsdb/test_group.h"

namespace sonde::tsdb {
namespace {

// The bits of a run's values; length 0 repeats the chunk before.
std::vector<uint64_t> values_of(const RunBuilder& run, const std::vector<PartRows::RowGroup>& groups) {
  std::vector<uint64_t> bits;
  io::ByteReader reader(io::as_bytes(run.bytes()));
  std::string_view chunk;
  for (const PartRows::RowGroup& group : groups) {
    if (const std::string_view next = reader.sized_text(); !next.empty()) chunk = next;
    std::array<double, kChunkRowsMax> values;
    std::array<uint64_t, kChunkBitmapWords> present;
    REQUIRE(read_chunk(io::as_bytes(chunk), group.row_count, values.data(), present.data()));
    for (size_t i = 0; i < group.row_count; ++i) bits.push_back(std::bit_cast<uint64_t>(values[i]));
  }
  CHECK(reader.at_end());
  return bits;
}

TEST_SUITE("scraper/tsdb/slab_rows") {
  TEST_CASE("slabs within the window become a part whose runs have their values") {
    const Rows rows = make_rows(70, 100, 2);
    TestGroup group(70);
    // Rows at 50.5, 51.5 … s and ranges of 60 s: 10 rows, 60 rows, 30 rows.
    for (size_t i = 0; i < rows.size(); ++i) group.append(50500 + static_cast<int64_t>(i) * 1000, rows[i]);
    const auto built = group.head.build_slabs(60000);
    std::vector<SlabRef> slabs;
    for (const auto& slab : built) slabs.push_back(slab.ref(io::as_bytes(slab.bytes).data()));
    group.head.publish_seal(slabs, group.pool);
    BlockInput input;
    add_slab_parts(input, group.head, group.head.view({INT64_MIN, INT64_MAX}).slabs, {60000, 179999});
    REQUIRE(input.parts.size() == 1);
    CHECK(input.parts[0].layout->columns.size() == 70);
    const auto groups = input.parts[0].rows->row_groups();
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].time_min_ms == 60500);
    CHECK(groups[0].row_count == 60);
    CHECK(groups[1].time_max_ms == 149500);
    for (size_t column = 0; column < 70; ++column) {
      CAPTURE(column);
      RunBuilder run;
      REQUIRE(input.parts[0].rows->add_run(column, run));
      std::vector<uint64_t> wanted;
      for (size_t i = 10; i < 100; ++i) wanted.push_back(std::bit_cast<uint64_t>(rows[i][column]));
      CHECK(values_of(run, groups) == wanted);
    }
  }

  TEST_CASE("no slab within the window makes no part") {
    TestGroup group(3);
    group.append(1000, {1, 2, 3});
    const auto built = group.head.build_slabs(60000);
    BlockInput input;
    add_slab_parts(input, group.head, {built[0].ref(io::as_bytes(built[0].bytes).data())}, {2000, 3000});
    CHECK(input.parts.empty());
  }

  TEST_CASE("a constant that repeats takes a byte") {
    RunBuilder run;
    std::string constant;
    append_chunk(constant, 0, std::array<int64_t, 3>{7, 7, 7}, {});
    run.add(constant);
    const size_t once = run.bytes().size();
    run.add(constant);
    CHECK(run.bytes().size() == once + 1);
    run.clear();
    run.add(constant);
    CHECK(run.bytes().size() == once);
  }
}

}  // namespace
}  // namespace sonde::tsdb
