#pragma once
// The blackbox exporter's own flags.

#include <chrono>
#include <cstdint>
#include <string>

#include "common/exporter/flags.h"
#include "exporters/blackbox/config_files.h"

namespace sonde::blackbox {

struct Options {
  std::string config_file = "blackbox.yml";
  std::string modules_directory;  // more files of modules; "": none
  std::string targets_file;       // what is different for single targets; "": nothing
  bool config_check = false;
  bool auto_reload = false;
  std::chrono::milliseconds auto_reload_interval{30'000};
  double timeout_offset_seconds = 0.5;
  int64_t history_limit = 100;
  std::string log_prober = "info";
  bool failure_info = false;
};

// The files that the flags name.
ConfigPaths config_paths(const Options& options);

void add_flags(exporter::Flags& flags, Options& options);

}  // namespace sonde::blackbox
