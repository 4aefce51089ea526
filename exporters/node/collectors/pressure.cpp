#include <array>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

// "some": at least one task waited; "full": all of them did. The kernel has no "some" of interrupts, and a
// "full" of the CPU that means nothing for the whole system.
struct Resource {
  std::string_view name;
  const Desc* some;
  const Desc* full;
};

constexpr Desc kCpuWaiting{"node_pressure_cpu_waiting_seconds_total",
                           "Total time in seconds that processes have waited for CPU time",
                           MetricType::Counter};
constexpr Desc kIoWaiting{"node_pressure_io_waiting_seconds_total",
                          "Total time in seconds that processes have waited due to IO congestion",
                          MetricType::Counter};
constexpr Desc kIoStalled{"node_pressure_io_stalled_seconds_total",
                          "Total time in seconds no process could make progress due to IO congestion",
                          MetricType::Counter};
constexpr Desc kMemoryWaiting{"node_pressure_memory_waiting_seconds_total",
                              "Total time in seconds that processes have waited for memory",
                              MetricType::Counter};
constexpr Desc kMemoryStalled{"node_pressure_memory_stalled_seconds_total",
                              "Total time in seconds no process could make progress due to memory congestion",
                              MetricType::Counter};
constexpr Desc kIrqStalled{"node_pressure_irq_stalled_seconds_total",
                           "Total time in seconds no process could make progress due to IRQ congestion",
                           MetricType::Counter};

constexpr std::array kResources{
    Resource{"cpu", &kCpuWaiting, nullptr},
    Resource{"io", &kIoWaiting, &kIoStalled},
    Resource{"memory", &kMemoryWaiting, &kMemoryStalled},
    Resource{"irq", nullptr, &kIrqStalled},
};

// The kernel makes these files at boot, so that one which is absent hardly ever comes later.
constexpr int64_t kAbsentNs = 60'000'000'000;

class PressureCollector final : public Collector {
 public:
  explicit PressureCollector(const CollectorContext& context)
      : clock_(context.clock), buffer_(context.buffer) {
    for (const Resource& resource : kResources) {
      files_.push_back({.file = KeptFile(context.options.roots.proc("pressure/" + std::string(resource.name)),
                                         KeptFile::Content::OneRecord)});
    }
  }

  Status collect(MetricSink& sink) override {
    bool any = false;
    for (size_t i = 0; i < kResources.size(); ++i) {
      const int64_t now_ns = clock_.monotonic_ns();
      if (now_ns < files_[i].absent_until_ns) continue;
      const auto content = files_[i].file.read(buffer_);
      if (content) {
        if (auto status = collect_resource(kResources[i], *content, sink); !status) {
          return status.error().in(files_[i].file.path());
        }
        any = true;
        continue;
      }
      if (content.error().code() == ErrorCode::Unsupported) {
        return Error(ErrorCode::NotFound, "pressure is switched off, boot with psi=1 to have it");
      }
      if (content.error().code() != ErrorCode::NotFound) return content.error();
      files_[i].absent_until_ns = now_ns + kAbsentNs;
    }
    if (!any) return Error(ErrorCode::NotFound, "this kernel has no pressure information");
    return Ok{};
  }

 private:
  // "some avg10=0.18 avg60=0.34 avg300=0.10 total=159886802", microseconds.
  static Status collect_resource(const Resource& resource, std::string_view rest, MetricSink& sink) {
    std::array wanted{resource.some, resource.full};
    std::string_view line;
    while (next_line(rest, line)) {
      const std::string_view title = next_field(line);
      const size_t which = title == "full" ? 1 : 0;
      if ((title != "some" && title != "full") || !wanted[which]) continue;
      const size_t total = line.rfind("total=");
      const auto value =
          total == std::string_view::npos ? std::nullopt : field_number(trim(line.substr(total + 6)));
      if (!value) return Error(ErrorCode::Corrupt, "want \"total=\" and a number, got " + quoted(line));
      // Divided twice, so that the last bit is that of the original.
      sink.sample(*wanted[which], *value / 1000.0 / 1000.0);
      wanted[which] = nullptr;
    }
    if (wanted[0] || wanted[1]) return Error(ErrorCode::NotFound, "no data");
    return Ok{};
  }

  struct File {
    KeptFile file;
    int64_t absent_until_ns = 0;
  };
  const Clock& clock_;
  ReadBuffer& buffer_;
  std::vector<File> files_;  // parallel to kResources
};

}  // namespace

MadeCollector make_pressure(const CollectorContext& context) {
  return make_collector<PressureCollector>(context);
}

}  // namespace sonde::node
