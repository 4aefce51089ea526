#pragma once
// The blackbox exporter's own flags.

#include <cstdint>
#include <string>

#include "common/exporter/flags.h"

namespace sonde::blackbox {

struct Options {
  std::string config_file = "blackbox.yml";
  bool config_check = false;
  double timeout_offset_seconds = 0.5;
  int64_t history_limit = 100;
  std::string log_prober = "info";
};

void add_flags(exporter::Flags& flags, Options& options);

}  // namespace sonde::blackbox
