#include "scraper/tsdb/shape.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sonde::tsdb {

ShapePtr ShapeTable::intern(std::span<const Labels> columns) {
  std::vector<LabelSetId> ids;
  ids.reserve(columns.size());
  for (const Labels& labels : columns) ids.push_back(symbols_.intern(labels));
  ShapePtr shape = share(ids);
  symbols_.release(ids);  // The shape has its own references.
  return shape;
}

ShapePtr ShapeTable::share(std::vector<LabelSetId> columns) {
  const MutexLock lock(mutex_);
  return share_locked(std::move(columns));
}

ShapePtr ShapeTable::share_locked(std::vector<LabelSetId> columns) {
  uint64_t hash = columns.size();
  for (const LabelSetId id : columns) {
    hash = (hash ^ symbols_.label_set_hash(id)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  const auto [begin, end] = shared_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    ShapePtr known = at->second.lock();
    if (known != nullptr && known->columns == columns) return known;
  }
  auto shape = std::make_shared<Shape>(symbols_, std::move(columns));
  shape->hash = hash;
  shape->serial = next_serial_++;
  shape->by_name.reserve(shape->columns.size());
  for (uint32_t column = 0; column < shape->columns.size(); ++column) {
    const auto labels = symbols_.label_set(shape->columns[column]);
    const auto name = std::ranges::find(labels, metric_name_, &LabelRef::name);
    shape->by_name.push_back({name == labels.end() ? nameless_ : name->value, column});
  }
  std::ranges::sort(shape->by_name, {},
                    [](const NamedColumn& entry) { return std::tuple(entry.metric_name, entry.column); });
  if (shared_.size() >= forget_at_) forget_expired();
  shared_.emplace(hash, shape);
  return shape;
}

void ShapeTable::forget_expired() {
  std::erase_if(shared_, [](const auto& entry) { return entry.second.expired(); });
  forget_at_ = std::max<size_t>(1024, shared_.size() * 2);
}

}  // namespace sonde::tsdb
