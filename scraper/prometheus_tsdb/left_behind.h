#pragma once
// What is in a Prometheus folder and cannot be moved, by what it is, and damage that was passed over. One
// thread.

#include <cstdint>
#include <string>
#include <vector>

namespace sonde::prometheus_tsdb {

struct LeftBehind {
  uint64_t block_histograms = 0;  // samples of native histograms in blocks
  uint64_t head_histograms = 0;   // those that only the log has
  uint64_t exemplars = 0;
  uint64_t metadata = 0;         // entries: type, unit and help of a series
  uint64_t unknown_records = 0;  // of a type that a newer Prometheus has
  uint64_t orphans = 0;          // samples and chunks of the log whose series it does not know any more
  // What cannot be read of the log and of head chunks, with file and byte. Torn ends are what a crash leaves.
  std::vector<std::string> damage;
};

}  // namespace sonde::prometheus_tsdb
