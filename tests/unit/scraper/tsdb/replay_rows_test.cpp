#include <doctest/doctest.h>

#include <string>

#include "common/io/byte_writer.h"
#include "scraper/tsdb/replay_rows.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

// Bodies by hand, as docs/storage-format.md has them, behind the group's and the shape's numbers. One column.
struct Fixture {
  Fixture() {
    const auto set = head.symbols().intern(Labels{{"__name__", "x"}});
    shape = head.shapes().share({set});
    group.id = head.open_group(Labels{{"job", "b"}}, {});
  }
  void read(EntryKind kind, std::string body, bool has_shape = true) {
    const size_t size_bytes = body.size();
    body.append(kPieceBytesMax, '\0');
    rows.read({&group, kind, has_shape ? shape : nullptr, {io::as_bytes(body).data(), size_bytes}});
  }
  static std::string key_row(bool begins_tail, uint16_t sequence, int64_t time_ms, int64_t value) {
    std::string body;
    io::append_u8(body, begins_tail ? kKeyRowBeginsTail : 0);
    io::append_u16(body, sequence);
    io::append_signed_varint(body, time_ms);
    io::append_signed_varint(body, 1000);
    io::append_u64(body, 1);  // known
    io::append_u64(body, 1);  // present
    io::append_u64(body, 0);  // changed
    io::append_u8(body, 0);   // kind
    io::append_signed_varint(body, value);
    return body;
  }
  // `head_byte` and `bitmap` of the piece; +1.
  static std::string row(uint16_t sequence, std::string piece) {
    std::string body;
    io::append_u8(body, 0);
    io::append_u16(body, sequence);
    io::append_signed_varint(body, 0);
    return body + piece;
  }
  std::vector<double> tail() const {
    std::vector<double> values(100);
    std::vector<uint64_t> present(kChunkBitmapWords);
    const GroupHead& one = const_cast<Head&>(head).replayed_group(group.id);
    const auto view = one.view({INT64_MIN, INT64_MAX});
    one.read_tail_column(view.generation, view.tail_row_count, 0, values.data(), present.data());
    values.resize(view.tail_row_count);
    return values;
  }

  Head head{{.shard_count = 1, .block_range_ms = 7200000, .log_segment_bytes = 1 << 20},
            io::real_file_system(),
            FileNames{"/nonexistent"}};
  ShapePtr shape;
  LogGroup group;
  RowReplay rows{head};
};

TEST_SUITE("scraper/tsdb/replay_rows") {
  TEST_CASE("rows follow a key row that begins a tail as pieces") {
    Fixture f;
    f.read(EntryKind::KeyRow, Fixture::key_row(true, 1, 1000, 25));
    CHECK(f.group.is_followed);
    f.read(EntryKind::Row, Fixture::row(2, "\x01\x01\x02"));
    f.read(EntryKind::Row, Fixture::row(3, std::string("\x00\x02", 2)));  // the same column
    f.read(EntryKind::Row, Fixture::row(4, "\x01\x01"));                  // no column
    CHECK(f.group.is_followed);
    CHECK(f.tail() == std::vector<double>{25, 26, 27, 27});
    const ReplayCounts counts = f.rows.take_counts();
    CHECK(counts.rows == 4);
    CHECK(counts.rows_dropped == 0);
    CHECK(counts.time_max_ms == 4000);
  }

  TEST_CASE("a row out of sequence is dropped with those up to the next key row") {
    Fixture f;
    f.read(EntryKind::KeyRow, Fixture::key_row(true, 1, 1000, 25));
    f.read(EntryKind::Row, Fixture::row(3, "\x01\x01\x02"));
    f.read(EntryKind::Row, Fixture::row(4, "\x01\x01\x02"));
    CHECK(f.rows.take_counts().rows_dropped == 2);
    f.read(EntryKind::KeyRow, Fixture::key_row(false, 5, 5000, 30));
    f.read(EntryKind::Row, Fixture::row(6, "\x01\x01\x02"));
    CHECK(f.rows.take_counts().rows == 2);
    CHECK(f.tail() == std::vector<double>{25, 30, 31});
  }

  TEST_CASE("a key row that begins a tail seals what was before it") {
    Fixture f;
    f.read(EntryKind::KeyRow, Fixture::key_row(true, 1, 1000, 25));
    f.read(EntryKind::KeyRow, Fixture::key_row(true, 2, 2000, 26));
    CHECK(f.tail() == std::vector<double>{26});
    CHECK(f.head.replayed_group(f.group.id).slab_count() == 1);
  }

  TEST_CASE("rows of nothing that was declared are dropped") {
    Fixture f;
    f.read(EntryKind::Row, Fixture::row(1, "\x01\x01\x02"));
    f.read(EntryKind::KeyRow, Fixture::key_row(true, 1, 1000, 25), false);
    f.read(EntryKind::LooseRow, "\x02", false);
    CHECK(f.rows.take_counts().rows_dropped == 3);
    CHECK_FALSE(f.head.replayed_group(f.group.id).has_rows());
  }

  TEST_CASE("a loose row is stored and what follows waits for a key row") {
    Fixture f;
    std::string loose;
    io::append_signed_varint(loose, 500);
    io::append_u64(loose, 0);
    io::append_fixed(loose, 0.5);
    f.read(EntryKind::LooseRow, loose);
    CHECK(f.tail() == std::vector<double>{0.5});
    f.read(EntryKind::Row, Fixture::row(1, "\x01\x01\x02"));
    CHECK(f.rows.take_counts().rows_dropped == 1);
    f.read(EntryKind::KeyRow, Fixture::key_row(true, 7, 1000, 25));
    CHECK(f.tail() == std::vector<double>{25});
  }

  TEST_CASE("a key row cut at any byte is dropped") {
    const std::string whole = Fixture::key_row(true, 1, 1000, 25);
    for (size_t length = 0; length < whole.size(); ++length) {
      Fixture f;
      f.read(EntryKind::KeyRow, whole.substr(0, length));
      CAPTURE(length);
      CHECK(f.rows.take_counts().rows_dropped == 1);
    }
  }
}

}  // namespace
}  // namespace sonde::tsdb
