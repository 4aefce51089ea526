#pragma once
// The words that writers and readers of the database share (DESIGN: vocabulary). A target's series are a
// group with one timestamp column; a shape is the ordered list of its columns' label sets; a row is one
// scrape.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/metrics/labels.h"

namespace sonde::storage {

enum class GroupId : uint32_t {};

// The database knows what is in it. It is kept for as long as somebody holds it, at most as long as the
// database.
class Shape {
 protected:
  Shape() = default;
  ~Shape() = default;
};
using ShapePtr = std::shared_ptr<const Shape>;

// The reference's stale marker and ordinary NaN; every other NaN of a scrape is turned into the latter.
inline constexpr uint64_t kStaleNanBits = 0x7ff0000000000002;
inline constexpr uint64_t kNormalNanBits = 0x7ff8000000000001;

// One scrape of a group. `values` has one entry per column of the shape. `absent` is a bitmap, one bit per
// column, low bit first (column c is bit c % 64 of word c / 64); empty means that every column is present. An
// absent value is ignored.
struct Row {
  int64_t timestamp_ms = 0;
  std::span<const double> values;
  std::span<const uint64_t> absent;
};

}  // namespace sonde::storage
