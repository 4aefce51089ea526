#include <sys/utsname.h>

#include <cerrno>

#include "exporters/node/collectors.h"

namespace sonde::node {
namespace {

constexpr Desc kInfo{"node_uname_info",
                     "Labeled system information as provided by the uname system call.",
                     MetricType::Gauge,
                     {"domainname", "machine", "nodename", "release", "sysname", "version"}};

class UnameCollector final : public Collector {
 public:
  Status collect(MetricSink& sink) override {
    struct utsname names {};
    if (::uname(&names) != 0) return Error(ErrorCode::Io, "uname: " + errno_text(errno));
    sink.sample(
        kInfo, {names.domainname, names.machine, names.nodename, names.release, names.sysname, names.version},
        1);
    return Ok{};
  }
};

}  // namespace

MadeCollector make_uname(const CollectorContext&) {
  return make_collector<UnameCollector>();
}

}  // namespace sonde::node
