#pragma once
// The last probes, for people who ask why. Failures that are pushed out are kept in a second list of the same
// size. Loop thread.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "exporters/blackbox/module.h"

namespace sonde::blackbox {

struct ProbeRecord {
  uint64_t id = 0;
  std::shared_ptr<const Module> module;  // Shared with the configuration of its time.
  std::string target;
  bool success = false;
  std::string log;
  std::string page;  // the metrics
};

// What debug=true shows: log, metrics and module, without secrets.
std::string write_report(const ProbeRecord& record);

class History {
 public:
  explicit History(size_t records_max) : records_max_(records_max) {}

  void add(ProbeRecord record);
  // The record of an id, or the newest of a target (and module, unless ""); nullptr when it is gone.
  const ProbeRecord* find(uint64_t id) const;
  const ProbeRecord* find(std::string_view target, std::string_view module) const;

  const std::deque<ProbeRecord>& recent() const { return recent_; }      // oldest first
  const std::deque<ProbeRecord>& failures() const { return failures_; }  // pushed out of recent

 private:
  const size_t records_max_;
  uint64_t next_id_ = 1;
  std::deque<ProbeRecord> recent_;
  std::deque<ProbeRecord> failures_;
};

// A table of the records, newest first, with links to their reports.
std::string write_history_table(const History& history);

}  // namespace sonde::blackbox
