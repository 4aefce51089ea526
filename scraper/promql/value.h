#pragma once
// What operators exchange: a Tile is an instant vector at every step of a query, a row per series, dense
// values with a bit per step that says whether there is a sample. A Value is a tile, a scalar per step, or a
// string.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/metrics/labels.h"
#include "scraper/promql/ast.h"

namespace sonde::promql {

// The evaluation times.
struct Grid {
  int64_t start_ms = 0;
  int64_t step_ms = 0;
  size_t count = 1;
  int64_t at(size_t step) const { return start_ms + static_cast<int64_t>(step) * step_ms; }
  int64_t end_ms() const { return at(count - 1); }
};

inline bool has_bit(const uint64_t* bits, size_t i) {
  return ((bits[i / 64] >> (i % 64)) & 1) != 0;
}
inline void set_bit(uint64_t* bits, size_t i) {
  bits[i / 64] |= uint64_t{1} << (i % 64);
}
inline void clear_bit(uint64_t* bits, size_t i) {
  bits[i / 64] &= ~(uint64_t{1} << (i % 64));
}
inline size_t bit_words(size_t count) {
  return (count + 63) / 64;
}

// Calls fn(step) for every bit set, ascending. Whole words are the common case and cost no search.
template <class Fn>
void for_each_bit(const uint64_t* bits, size_t count, Fn fn) {
  for (size_t word = 0; word < bit_words(count); ++word) {
    uint64_t rest = bits[word];
    if (rest == ~uint64_t{0}) {
      for (size_t i = 0; i < 64; ++i) fn(word * 64 + i);
      continue;
    }
    for (; rest != 0; rest &= rest - 1) fn(word * 64 + static_cast<size_t>(std::countr_zero(rest)));
  }
}

class Tile {
 public:
  explicit Tile(size_t steps = 1) : steps_(steps), words_(bit_words(steps)) {}

  size_t steps() const { return steps_; }
  size_t rows() const { return labels_.size(); }
  size_t words() const { return words_; }

  // The new row is empty.
  size_t add_row(Labels labels, bool drop_name = false);
  void reserve(size_t rows);
  void clear();

  Labels& labels(size_t row) { return labels_[row]; }
  const Labels& labels(size_t row) const { return labels_[row]; }
  // With delayed name removal: the name is still there and goes at the end of the query.
  bool drop_name(size_t row) const { return drop_name_[row] != 0; }
  void set_drop_name(size_t row, bool drop) { drop_name_[row] = drop ? 1 : 0; }

  // A value is unspecified where its bit is not set.
  double* values(size_t row) { return values_.data() + row * steps_; }
  const double* values(size_t row) const { return values_.data() + row * steps_; }
  uint64_t* bits(size_t row) { return bits_.data() + row * words_; }
  const uint64_t* bits(size_t row) const { return bits_.data() + row * words_; }

  bool has(size_t row, size_t step) const { return has_bit(bits(row), step); }
  void set(size_t row, size_t step, double value) {
    values(row)[step] = value;
    set_bit(bits(row), step);
  }
  bool row_is_empty(size_t row) const;
  size_t samples() const;
  size_t size_bytes() const { return values_.size() * sizeof(double) + bits_.size() * sizeof(uint64_t); }

  // Rows without any sample go; the others keep their order.
  void remove_empty_rows();
  void move_row(size_t from, size_t to);
  void truncate(size_t rows);
  void append(Tile&& other);

 private:
  size_t steps_;
  size_t words_;
  std::vector<Labels> labels_;
  std::vector<uint8_t> drop_name_;
  std::vector<double> values_;
  std::vector<uint64_t> bits_;
};

struct Value {
  ValueType type = ValueType::None;
  Tile tile;
  std::vector<double> scalar;  // one per step
  std::string text;

  static Value vector(Tile tile) { return {ValueType::Vector, std::move(tile), {}, {}}; }
  static Value scalars(std::vector<double> scalar) {
    return {ValueType::Scalar, Tile(0), std::move(scalar), {}};
  }
  static Value string(std::string text) { return {ValueType::String, Tile(0), {}, std::move(text)}; }
};

}  // namespace sonde::promql
