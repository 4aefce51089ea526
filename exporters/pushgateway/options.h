#pragma once
// The pushgateway's own flags.

#include <chrono>
#include <string>

#include "common/exporter/flags.h"

namespace sonde::pushgateway {

struct Options {
  bool enable_lifecycle = false;
  bool enable_admin_api = false;
  std::string persistence_file;
  std::chrono::milliseconds persistence_interval{std::chrono::minutes(5)};
  bool disable_consistency_check = false;
  bool enable_utf8_names = false;
};

void add_flags(exporter::Flags& flags, Options& options);

}  // namespace sonde::pushgateway
