#pragma once
// The Redis exporter's own flags; each has an environment twin, whose names are the reference's.

#include <chrono>
#include <string>

#include "common/exporter/flags.h"
#include "exporters/redis/tls_client.h"

namespace sonde::redis {

struct Options {
  std::string address = "redis://localhost:6379";
  bool address_given = false;
  std::string user;
  std::string password;
  std::string password_file;
  std::chrono::milliseconds connection_timeout{std::chrono::seconds(15)};
  std::string name_space = "redis";
  std::string config_command = "CONFIG";
  bool set_client_name = true;
  bool ping_on_connect = false;
  bool disable_scrape_endpoint = false;
  TlsClientSettings tls;
  std::string tls_server_name;

  // Keys, as on the command line; group_settings.h reads them.
  std::string check_keys;
  std::string check_single_keys;
  std::string check_streams;
  std::string check_single_streams;
  std::string count_keys;
  std::string check_key_groups;
  int64_t check_keys_batch_size = 1000;
  int64_t max_distinct_key_groups = 100;
  bool streams_exclude_consumer_metrics = false;
  bool disable_exporting_key_values = false;
  bool skip_check_keys_for_role_master = false;
  bool is_cluster = false;
  bool cluster_discover_hostnames = false;

  // What is exported.
  std::string scripts;
  bool lua_script_read_only = false;
  bool include_config_metrics = false;
  bool redact_config_metrics = true;
  bool include_system_metrics = false;
  bool include_empty_databases = true;
  bool include_rdb_file_size_metric = false;
  bool include_modules_metrics = false;
  bool include_search_indexes_metrics = false;
  std::string check_search_indexes = ".*";
  bool include_sentinel_peer_info = false;
  bool exclude_latency_histogram_metrics = false;
  bool export_client_list = false;
  bool export_client_port = false;
  bool is_tile38 = false;
  bool append_instance_role_label = false;
};

void add_flags(exporter::Flags& flags, Options& options);

// After the flags are parsed: an empty REDIS_ADDR says that there is no server of our own. Empty variables
// count as not given otherwise.
void take_environment(Options& options);

}  // namespace sonde::redis
