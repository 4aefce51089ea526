#include "exporters/blackbox/history.h"

#include <algorithm>
#include <utility>

#include "common/web/landing_page.h"
#include "common/yaml/writer.h"

namespace sonde::blackbox {
namespace {

void append_row(std::string& page, const ProbeRecord& record) {
  page += "<tr><td>" + web::escape_html(record.module->name) + "</td><td>" + web::escape_html(record.target) +
          "</td><td>" + (record.success ? "Success" : "<strong>Failure</strong>") +
          "</td><td><a href=\"logs?id=" + std::to_string(record.id) + "\">Logs</a></td></tr>\n";
}

}  // namespace

std::string write_report(const ProbeRecord& record) {
  return "Logs for the probe:\n" + record.log + "\n\n\nMetrics that would have been returned:\n" +
         record.page + "\n\n\nModule configuration:\n" + yaml::write(hide_secrets(record.module->source));
}

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
      if (record.target == target && (module.empty() || record.module->name == module)) newest = &record;
    }
  }
  return newest;
}

std::string write_history_table(const History& history) {
  std::string out =
      "<table border=\"1\"><tr><th>Module</th><th>Target</th><th>Result</th><th>Debug</th></tr>\n";
  for (const auto* list : {&history.recent(), &history.failures()}) {
    for (auto record = list->rbegin(); record != list->rend(); ++record) append_row(out, *record);
  }
  return out + "</table>\n";
}

}  // namespace sonde::blackbox
