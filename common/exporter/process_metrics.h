#pragma once
// The process_* families that every binary of the ecosystem has about itself. A collector like any other; the
// descriptors it reads from stay open, so that a scrape costs a few reads.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "common/exporter/collector.h"

namespace sonde::exporter {

// When the system started, in seconds since 1970: from /proc/stat, or else from the clocks, because a service
// with ProcSubset=pid has no such file.
double boot_time_seconds(const char* stat_path = "/proc/stat");

class ProcessCollector final : public Collector {
 public:
  ProcessCollector();
  ~ProcessCollector() override;
  ProcessCollector(const ProcessCollector&) = delete;
  ProcessCollector& operator=(const ProcessCollector&) = delete;

  Status collect(MetricSink& sink) override;

  // Gives the content of /proc/self/net/netstat where the scrape has read it already, "" where it has not:
  // the kernel takes longer to write that file than all else that is read here together.
  void set_netstat_source(std::function<std::string_view()> source) { netstat_ = std::move(source); }

 private:
  void collect_stat(MetricSink& sink);
  void collect_network(MetricSink& sink);

  double count_open_fds() const;

  int stat_fd_;
  int fds_fd_;  // the folder of descriptors
  int netstat_fd_;
  double boot_time_seconds_ = 0;
  std::string buffer_;
  std::function<std::string_view()> netstat_;
};

}  // namespace sonde::exporter
