#pragma once
// The factories of the collectors, one per file under collectors/. A factory checks its flags and fails with
// a message for the command line; what a host lacks shows at the scrape and not here.

#include <memory>
#include <utility>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/result.h"
#include "common/exporter/collector.h"
#include "exporters/node/files.h"
#include "exporters/node/options.h"

namespace sonde::node {

using exporter::Collector;
using exporter::MetricSink;
using MadeCollector = Result<std::unique_ptr<Collector>>;

struct SharedReads;

// What a collector may use; outlives it. `shared` and `buffer` are for collectors that run on the event
// loop's thread; those that may block have their own.
struct CollectorContext {
  const Options& options;
  const Clock& clock;
  Logger& logger;
  SharedReads& shared;
  ReadBuffer& buffer;
  bool cpufreq_enabled = false;  // the cpu collector shows the frequency of cpuinfo only beside cpufreq
};

// A collector of type T, as factories return it.
template <class T, class... Arguments>
MadeCollector make_collector(Arguments&&... arguments) {
  return std::unique_ptr<Collector>(std::make_unique<T>(std::forward<Arguments>(arguments)...));
}

MadeCollector make_cpu(const CollectorContext& context);
MadeCollector make_diskstats(const CollectorContext& context);
MadeCollector make_filefd(const CollectorContext& context);
MadeCollector make_filesystem(const CollectorContext& context);
MadeCollector make_loadavg(const CollectorContext& context);
MadeCollector make_meminfo(const CollectorContext& context);
MadeCollector make_netclass(const CollectorContext& context);
MadeCollector make_netdev(const CollectorContext& context);
MadeCollector make_netstat(const CollectorContext& context);
MadeCollector make_os(const CollectorContext& context);
MadeCollector make_pressure(const CollectorContext& context);
MadeCollector make_sockstat(const CollectorContext& context);
MadeCollector make_softnet(const CollectorContext& context);
MadeCollector make_stat(const CollectorContext& context);
MadeCollector make_textfile(const CollectorContext& context);
MadeCollector make_time(const CollectorContext& context);
MadeCollector make_uname(const CollectorContext& context);
MadeCollector make_vmstat(const CollectorContext& context);

}  // namespace sonde::node
