#pragma once
// The node exporter's own flags: one struct per collector, filled by the command line before anything is
// made.

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "common/exporter/flags.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/roots.h"

namespace sonde::node {

struct CpuOptions {
  bool guest = true;
  bool info = false;
  std::string info_flags_include;
  std::string info_bugs_include;
};

struct FilesystemOptions {
  FilterFlags mount_points;
  FilterFlags types;
  std::chrono::milliseconds mount_timeout{5000};
  int64_t stat_workers = 4;
};

struct NetclassOptions {
  std::string ignored_devices = "^$";
  bool ignore_invalid_speed = false;
  bool netlink = false;
  bool with_stats = false;
};

struct NetdevOptions {
  FilterFlags devices;
  bool netlink = true;
  bool address_info = false;
  bool detailed_metrics = false;
  bool label_ifalias = false;
};

// Whether a collector was named on the command line, and how.
struct CollectorSwitch {
  bool enabled = false;
  bool given = false;
};

struct Options {
  Options();

  Roots roots;
  bool disable_defaults = false;
  std::deque<CollectorSwitch> switches;  // parallel to collector_list()
  CpuOptions cpu;
  FilterFlags diskstats_devices;
  FilesystemOptions filesystem;
  NetclassOptions netclass;
  NetdevOptions netdev;
  std::string netstat_fields;
  bool stat_softirq = false;
  std::vector<std::string> textfile_directories;
  std::string vmstat_fields = "^(oom_kill|pgpg|pswp|pg.*fault).*";
};

// `options` must outlive the flags.
void add_flags(exporter::Flags& flags, Options& options);

}  // namespace sonde::node
