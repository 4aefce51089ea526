#include "exporters/blackbox/history.h"

#include <algorithm>
#include <utility>

namespace sonde::blackbox {

void History::add(ProbeRecord record) {
  if (records_max_ == 0) return;
  record.id = next_id_++;
  recent_.push_back(std::move(record));
  if (recent_.size() <= records_max_) return;
  if (!recent_.front().success) {
    failures_.push_back(std::move(recent_.front()));
    if (failures_.size() > records_max_) failures_.pop_front();
  }
  recent_.pop_front();
}

const ProbeRecord* History::find(uint64_t id) const {
  for (const auto* list : {&recent_, &failures_}) {
    const auto at = std::ranges::find(*list, id, &ProbeRecord::id);
    if (at != list->end()) return &*at;
  }
  return nullptr;
}

const ProbeRecord* History::find(std::string_view target, std::string_view module) const {
  const ProbeRecord* newest = nullptr;
  for (const auto* list : {&failures_, &recent_}) {
    for (const ProbeRecord& record : *list) {
      if (record.target == target && (module.empty() || record.module == module)) newest = &record;
    }
  }
  return newest;
}

}  // namespace sonde::blackbox
