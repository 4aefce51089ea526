#pragma once
// The last probes, for people who ask why. Failures that are pushed out are kept in a second list of the same
// size. Loop thread.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace sonde::blackbox {

struct ProbeRecord {
  uint64_t id = 0;
  std::string module;
  std::string target;
  bool success = false;
  std::string report;  // what debug=true would have shown
};

class History {
 public:
  explicit History(size_t records_max) : records_max_(records_max) {}

  void add(ProbeRecord record);
  // The record of an id, or the newest of a target (and module, unless ""); nullptr when it is gone.
  const ProbeRecord* find(uint64_t id) const;
  const ProbeRecord* find(std::string_view target, std::string_view module) const;
  // Oldest first.
  const std::deque<ProbeRecord>& recent() const { return recent_; }
  const std::deque<ProbeRecord>& failures() const { return failures_; }

 private:
  const size_t records_max_;
  uint64_t next_id_ = 1;
  std::deque<ProbeRecord> recent_;
  std::deque<ProbeRecord> failures_;
};

}  // namespace sonde::blackbox
