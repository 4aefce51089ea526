#include "scraper/promql/value.h"

#include <algorithm>
#include <utility>

namespace sonde::promql {

size_t Tile::add_row(Labels labels, bool drop_name) {
  labels_.push_back(std::move(labels));
  drop_name_.push_back(drop_name ? 1 : 0);
  values_.resize(values_.size() + steps_);
  bits_.resize(bits_.size() + words_);
  return labels_.size() - 1;
}

void Tile::reserve(size_t rows) {
  labels_.reserve(rows);
  drop_name_.reserve(rows);
  values_.reserve(rows * steps_);
  bits_.reserve(rows * words_);
}

void Tile::clear() {
  truncate(0);
}

bool Tile::row_is_empty(size_t row) const {
  return std::all_of(bits(row), bits(row) + words_, [](uint64_t word) { return word == 0; });
}

size_t Tile::samples() const {
  size_t count = 0;
  for (const uint64_t word : bits_) count += static_cast<size_t>(std::popcount(word));
  return count;
}

void Tile::move_row(size_t from, size_t to) {
  if (from == to) return;
  labels_[to] = std::move(labels_[from]);
  drop_name_[to] = drop_name_[from];
  std::copy_n(values(from), steps_, values(to));
  std::copy_n(bits(from), words_, bits(to));
}

void Tile::truncate(size_t rows) {
  labels_.resize(rows);
  drop_name_.resize(rows);
  values_.resize(rows * steps_);
  bits_.resize(rows * words_);
}

void Tile::remove_empty_rows() {
  size_t kept = 0;
  for (size_t row = 0; row < rows(); ++row) {
    if (row_is_empty(row)) continue;
    move_row(row, kept++);
  }
  truncate(kept);
}

void Tile::append(Tile&& other) {
  if (rows() == 0) {
    *this = std::move(other);
    return;
  }
  labels_.insert(labels_.end(), std::make_move_iterator(other.labels_.begin()),
                 std::make_move_iterator(other.labels_.end()));
  drop_name_.insert(drop_name_.end(), other.drop_name_.begin(), other.drop_name_.end());
  values_.insert(values_.end(), other.values_.begin(), other.values_.end());
  bits_.insert(bits_.end(), other.bits_.begin(), other.bits_.end());
}

}  // namespace sonde::promql
