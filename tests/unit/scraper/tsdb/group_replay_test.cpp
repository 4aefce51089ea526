#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/scraper/tsdb/test_group.h"

namespace sonde::tsdb {
namespace {

// With room behind them, as append_pieces() wants it.
std::vector<uint8_t> padded(std::span<const uint8_t> pieces) {
  std::vector<uint8_t> bytes(pieces.size() + kPieceBytesMax);
  std::ranges::copy(pieces, bytes.begin());
  return bytes;
}

TEST_SUITE("scraper/tsdb/group_replay") {
  TEST_CASE("pieces make the rows that made them") {
    const Rows rows = make_rows(130, 100, 4);
    TestGroup writer(130);
    TestGroup reader(130);
    DecodedPieces scratch;
    size_t as_values = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto time_ms = static_cast<int64_t>(i) * 1000;
      writer.append(time_ms, rows[i]);
      const bool is_plain = i > 0 && !writer.row.any_toggle && writer.row.kind_changes.empty();
      const auto bytes = padded(writer.pieces());
      if (!is_plain) {
        reader.append(time_ms, rows[i]);
        ++as_values;
      } else {
        REQUIRE(reader.head.append_pieces(time_ms, std::span(bytes).first(writer.row.piece_bytes), scratch,
                                          reader.pool));
      }
    }
    CHECK(as_values < rows.size() * 2 / 3);
    for (size_t c = 0; c < 130; ++c) CHECK(reader.read(c) == column_of(rows, c));
  }

  TEST_CASE("pieces that are cut or flipped change nothing or a value at most") {
    TestGroup writer(70);
    TestGroup reader(70);
    std::vector<double> row(70, 5);
    writer.append(1000, row);
    reader.append(1000, row);
    for (size_t c = 0; c < 70; c += 3) row[c] += 1000;
    writer.append(2000, row);
    const auto bytes = padded(writer.pieces());
    DecodedPieces scratch;
    for (size_t length = 0; length < writer.row.piece_bytes; ++length) {
      CAPTURE(length);
      REQUIRE_FALSE(reader.head.append_pieces(2000, std::span(bytes).first(length), scratch, reader.pool));
    }
    // A column that does not exist.
    std::vector<uint8_t> stray = padded({});
    stray[0] = 0;
    stray[1] = 1;
    stray[2] = 0x80;
    stray[3] = 2;
    CHECK_FALSE(reader.head.append_pieces(2000, std::span(stray).first(4), scratch, reader.pool));
    // A varint without an end.
    for (const uint8_t fill : {uint8_t{0x80}, uint8_t{0xff}}) {
      std::vector<uint8_t> endless(kPieceBytesMax * 2, fill);
      endless[0] = 1;
      endless[1] = 1;
      CHECK_FALSE(reader.head.append_pieces(2000, std::span(endless).first(13), scratch, reader.pool));
    }
    CHECK(reader.head.tail_row_count() == 1);
    CHECK(reader.read(0) == std::vector<uint64_t>{std::bit_cast<uint64_t>(5.0)});
    CHECK(reader.head.append_pieces(2000, std::span(bytes).first(writer.row.piece_bytes), scratch,
                                    reader.pool));
    CHECK(reader.read(0) ==
          std::vector<uint64_t>{std::bit_cast<uint64_t>(5.0), std::bit_cast<uint64_t>(1005.0)});
  }
}

}  // namespace
}  // namespace sonde::tsdb
