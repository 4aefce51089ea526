#pragma once
// The telemetry path of an exporter: runs its scrape, puts the exporter's own metrics among its families,
// counts requests and limits how many run at once. On the loop's thread.

#include "common/exporter/frame.h"
#include "common/exporter/process_metrics.h"

namespace sonde::exporter {

class Telemetry {
 public:
  struct Settings {
    std::string_view build_info_name;
    int64_t requests_max = 0;  // 0: no limit
    bool own_metrics = true;   // process_* and promhttp_*
    bool build_info = true;
    std::chrono::milliseconds timeout_offset;
  };
  Telemetry(Exporter& exporter, Context& context, Settings settings);

  void serve(http::Request request, http::Responder responder);

 private:
  void answer(const http::Request& request, http::Responder& responder, http::Response page);
  void add_own(std::string& page);

  Exporter& exporter_;
  Context& context_;
  const Settings settings_;
  Desc build_info_;
  int64_t in_flight_count_ = 0;
  Registry own_;  // holds the counters below
  Counter& answered_200_;
  Counter& answered_500_;
  Counter& answered_503_;
  Counter& failed_encoding_;
  ProcessCollector process_;
  MetricSink sink_;
  exposition::PageJoiner joiner_;
  std::string own_page_;
};

}  // namespace sonde::exporter
