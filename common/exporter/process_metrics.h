#pragma once
// The process_* families that every binary of the ecosystem has about itself. A collector like any other; the
// descriptors it reads from stay open, so that a scrape costs a few reads.

#include <string>

#include "common/exporter/collector.h"

namespace sonde::exporter {

class ProcessCollector final : public Collector {
 public:
  ProcessCollector();
  ~ProcessCollector() override;
  ProcessCollector(const ProcessCollector&) = delete;
  ProcessCollector& operator=(const ProcessCollector&) = delete;

  Status collect(MetricSink& sink) override;

 private:
  void collect_stat(MetricSink& sink);
  void collect_network(MetricSink& sink);

  int stat_fd_;
  int netstat_fd_;
  double boot_time_seconds_ = 0;
  std::string buffer_;
};

}  // namespace sonde::exporter
