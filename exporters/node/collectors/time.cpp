#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "common/core/text.h"
#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

constexpr Desc kSeconds{"node_time_seconds", "System time in seconds since epoch (1970)."};
constexpr Desc kZoneOffset{
    "node_time_zone_offset_seconds", "System time zone offset in seconds.", MetricType::Gauge, {"time_zone"}};
constexpr Desc kAvailable{"node_time_clocksource_available_info",
                          "Available clocksources read from '/sys/devices/system/clocksource'.",
                          MetricType::Gauge,
                          {"clocksource", "device"}};
constexpr Desc kCurrent{"node_time_clocksource_current_info",
                        "Current clocksource read from '/sys/devices/system/clocksource'.",
                        MetricType::Gauge,
                        {"clocksource", "device"}};

constexpr std::string_view kFolder = "devices/system/clocksource";
constexpr std::string_view kDevicePrefix = "clocksource";

class TimeCollector final : public Collector {
 public:
  explicit TimeCollector(const CollectorContext& context) : clock_(context.clock), buffer_(context.buffer) {
    // Devices are made at boot and stay.
    KeptFolder folder(context.options.roots.sys(kFolder));
    const auto names = folder.list();
    if (!names) return;
    for (const std::string& name : *names) {
      if (!name.starts_with(kDevicePrefix)) continue;
      devices_.push_back({.number = name.substr(kDevicePrefix.size()),
                          .available = KeptFile(folder.path() + "/" + name + "/available_clocksource"),
                          .current = KeptFile(folder.path() + "/" + name + "/current_clocksource")});
    }
  }

  Status collect(MetricSink& sink) override {
    const int64_t now_ms = clock_.wall_ms();
    sink.sample(kSeconds, static_cast<double>(now_ms) / 1e3);
    const auto now = static_cast<time_t>(now_ms / 1000);
    struct tm local {};
    if (::localtime_r(&now, &local)) {
      sink.sample(kZoneOffset, {local.tm_zone ? local.tm_zone : ""}, static_cast<double>(local.tm_gmtoff));
    }
    for (Device& device : devices_) {
      auto available = device.available.attribute(buffer_);
      if (!available) return Error(ErrorCode::Io, "cannot read " + device.available.path());
      for (auto name = next_field(*available); !name.empty(); name = next_field(*available)) {
        sink.sample(kAvailable, {name, device.number}, 1);
      }
      const auto current = device.current.attribute(buffer_);
      if (!current) return Error(ErrorCode::Io, "cannot read " + device.current.path());
      sink.sample(kCurrent, {*current, device.number}, 1);
    }
    return Ok{};
  }

 private:
  struct Device {
    std::string number;
    KeptFile available;
    KeptFile current;
  };
  const Clock& clock_;
  ReadBuffer& buffer_;
  std::vector<Device> devices_;
};

}  // namespace

MadeCollector make_time(const CollectorContext& context) {
  return make_collector<TimeCollector>(context);
}

}  // namespace sonde::node
