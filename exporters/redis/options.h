#pragma once
// The Redis exporter's own flags; each has an environment twin.

#include <chrono>
#include <string>

#include "common/exporter/flags.h"

namespace sonde::redis {

struct Options {
  std::string address = "redis://localhost:6379";
  std::string user;
  std::string password;
  std::string password_file;
  std::chrono::milliseconds connection_timeout{std::chrono::seconds(15)};
  std::string name_space = "redis";
  std::string config_command = "CONFIG";
  bool set_client_name = true;
  bool ping_on_connect = false;
  bool include_system_metrics = false;
  bool include_empty_databases = true;
  bool disable_scrape_endpoint = false;
};

void add_flags(exporter::Flags& flags, Options& options);

}  // namespace sonde::redis
