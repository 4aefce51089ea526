#pragma once
// sondectl tsdb import-prometheus DIR: moves a Prometheus' history in. Its blocks and head are read window by
// window and, within a window, series by series in the order of their labels, so that memory does not grow
// with the folder. Block files are made beside those that are there, and join them when all are whole: a
// failure changes nothing.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "scraper/prometheus_tsdb/head.h"
#include "scraper/prometheus_tsdb/left_behind.h"
#include "scraper/tsdb/series_block.h"

namespace sonde::ctl {

int tsdb_import_prometheus(std::span<const std::string> arguments);

struct ImportProgress {
  size_t window = 0;  // from 1
  size_t windows = 0;
  int64_t window_begin_ms = 0;
  uint64_t samples = 0;           // written so far
  uint64_t samples_expected = 0;  // more than there are when blocks overlap
};

struct ImportOptions {
  std::string source;  // Prometheus' folder, or a snapshot of it
  std::string output;  // a data folder: the blocks go into `blocks` below it
  int64_t block_range_ms = 24LL * 3600 * 1000;
  // Of one block file while it is made; a window with more becomes several files.
  uint64_t block_memory_bytes_max = 256ULL << 20;
  size_t head_samples_max = prometheus_tsdb::kHeadSamplesInMemoryMax;
  std::function<void(const ImportProgress&)> report;  // may be null
};

struct Imported {
  size_t source_blocks = 0;
  std::vector<tsdb::BuiltBlock> blocks;  // oldest first
  prometheus_tsdb::LeftBehind left_behind;
};

Result<Imported> import_prometheus(const ImportOptions& options);

// What was done, and what could not be taken along, for people.
std::string import_summary(const Imported& imported);

}  // namespace sonde::ctl
