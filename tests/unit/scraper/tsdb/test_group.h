#pragma once
// A group of the head by itself, and rows of every sort of value for it.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/symbol_table.h"

namespace sonde::tsdb {

struct TestGroup {
  explicit TestGroup(size_t columns) {
    std::vector<LabelSetId> sets;
    for (size_t c = 0; c < columns; ++c) sets.push_back(symbols.intern(Labels{{"c", std::to_string(c)}}));
    head.grow(shapes.share(std::move(sets)), pool);
  }
  void append(int64_t time_ms, const std::vector<double>& values) {
    head.append(time_ms, values.data(), nullptr, row, pool);
  }
  std::span<const uint8_t> pieces() const { return {row.pieces.data(), row.piece_bytes}; }
  // A column of the open tail.
  std::vector<uint64_t> read(size_t column) const {
    std::vector<double> values(head.tail_row_count());
    std::vector<uint64_t> present(kChunkBitmapWords);
    const uint32_t generation = head.view({INT64_MIN, INT64_MAX}).generation;
    if (!head.read_tail_column(generation, values.size(), column, values.data(), present.data())) return {};
    std::vector<uint64_t> bits;
    for (const double value : values) bits.push_back(std::bit_cast<uint64_t>(value));
    return bits;
  }

  SymbolTable symbols;
  ShapeTable shapes{symbols};
  TailPool pool{64};
  GroupHead head{GroupHead::Identity{}};
  EncodedRow row;
};

using Rows = std::vector<std::vector<double>>;

// Counters, decimals, doubles, and columns that rest for many rows and then change.
inline Rows make_rows(size_t columns, size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  Rows rows;
  std::vector<double> row(columns, 1);
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < columns; ++c) {
      if (c % 5 == 0) row[c] += static_cast<double>(random() % 1000);
      if (c % 5 == 1 && i % 16 < 4) row[c] = static_cast<double>(random() % 1000) / 100;
      if (c % 5 == 2) row[c] /= 3;
      if (c % 5 == 3 && random() % 40 == 0) row[c] = std::bit_cast<double>(random());
    }
    rows.push_back(row);
  }
  return rows;
}

inline std::vector<uint64_t> column_of(const Rows& rows, size_t column, size_t begin = 0) {
  std::vector<uint64_t> bits;
  for (size_t i = begin; i < rows.size(); ++i) bits.push_back(std::bit_cast<uint64_t>(rows[i][column]));
  return bits;
}

}  // namespace sonde::tsdb
