#include <net/if.h>
#include <sys/stat.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/netclass_netlink.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

constexpr Desc kUp{
    "node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.", MetricType::Gauge, {"device"}};
constexpr Desc kInfo{"node_network_info",
                     "Non-numeric data from /sys/class/net/<iface>, value is always 1.",
                     MetricType::Gauge,
                     {"address", "adminstate", "broadcast", "device", "duplex", "ifalias", "operstate"}};
constexpr Desc kSpeed{
    "node_network_speed_bytes", "Network device property: speed_bytes", MetricType::Gauge, {"device"}};

// An attribute of /sys/class/net/DEVICE that is a family of its own.
struct Property {
  std::string_view file;
  std::string_view name;
  MetricType type = MetricType::Gauge;
};
constexpr std::array kProperties{
    Property{"addr_assign_type", "address_assign_type"},
    Property{"carrier", "carrier"},
    Property{"carrier_changes", "carrier_changes_total", MetricType::Counter},
    Property{"carrier_up_count", "carrier_up_changes_total", MetricType::Counter},
    Property{"carrier_down_count", "carrier_down_changes_total", MetricType::Counter},
    Property{"dev_id", "device_id"},
    Property{"dormant", "dormant"},
    Property{"ifindex", "iface_id"},
    Property{"iflink", "iface_link"},
    Property{"link_mode", "iface_link_mode"},
    Property{"mtu", "mtu_bytes"},
    Property{"name_assign_type", "name_assign_type"},
    Property{"netdev_group", "net_dev_group"},
    Property{"tx_queue_len", "transmit_queue_length"},
    Property{"type", "protocol_type"},
    Property{"flags", "flags"},  // the last, because the administrative state is read off it
};

// Descriptors stay open for this many devices; a host with hundreds of containers opens the others' each
// time.
constexpr size_t kKeptDevicesMax = 16;
constexpr int64_t kBytesPerMegabit = 1000 * 1000 / 8;

struct Device {
  explicit Device(const std::string& path) {
    for (const Property& property : kProperties)
      properties.emplace_back(path + "/" + std::string(property.file));
    for (const std::string_view name : {"address", "broadcast", "duplex", "ifalias", "operstate"}) {
      texts.emplace_back(path + "/" + std::string(name));
    }
    speed = std::make_unique<KeptFile>(path + "/speed");
  }
  void close() {
    for (KeptFile& file : properties) file.close();
    for (KeptFile& file : texts) file.close();
    speed->close();
  }

  std::vector<KeptFile> properties;  // parallel to kProperties
  std::vector<KeptFile> texts;       // address, broadcast, duplex, ifalias, operstate
  std::unique_ptr<KeptFile> speed;
  bool ignored = false;
  bool seen = false;
};

class NetclassCollector final : public Collector {
 public:
  NetclassCollector(const CollectorContext& context, Pattern ignored)
      : buffer_(context.buffer),
        folder_(context.options.roots.sys("class/net")),
        ignored_(std::move(ignored)),
        ignore_invalid_speed_(context.options.netclass.ignore_invalid_speed) {
    for (const Property& property : kProperties) {
      const std::string name(property.name);
      descs_.push_back(&store_.make("node_network_" + name, "Network device property: " + name, property.type,
                                    {"device"}));
    }
  }

  Status collect(MetricSink& sink) override {
    const auto names = folder_.list();
    if (!names) {
      const ErrorCode code = names.error().code();
      if (code == ErrorCode::PermissionDenied) return Error(ErrorCode::NotFound, names.error().message());
      return names.error();
    }
    size_t position = 0;
    for (const std::string& name : *names) {
      Device& device = device_of(name);
      if (device.ignored) continue;
      collect_device(name, device, sink);
      if (++position > kKeptDevicesMax) device.close();
    }
    std::erase_if(devices_, [](const auto& entry) { return !entry.second.seen; });
    for (auto& [name, device] : devices_) device.seen = false;
    return Ok{};
  }

 private:
  Device& device_of(const std::string& name) {
    auto found = devices_.find(name);
    if (found == devices_.end()) {
      const std::string path = folder_.path() + "/" + name;
      found = devices_.emplace(name, path).first;
      struct stat facts {};
      // bonding_masters is a file among the devices.
      const bool is_device = ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
      found->second.ignored = !is_device || ignored_.matches(name);
    }
    found->second.seen = true;
    return found->second;
  }

  void collect_device(const std::string& name, Device& device, MetricSink& sink) {
    std::string_view admin_state = "unknown";
    for (size_t i = 0; i < kProperties.size(); ++i) {
      const auto value = device.properties[i].integer_attribute(buffer_);
      if (!value) continue;
      sink.sample(*descs_[i], {name}, static_cast<double>(*value));
      if (i + 1 == kProperties.size()) admin_state = (*value & IFF_UP) != 0 ? "up" : "down";
    }
    for (size_t i = 0; i < texts_.size(); ++i) texts_[i] = device.texts[i].attribute(buffer_).value_or("");
    const auto& [address, broadcast, duplex, alias, state] = texts_;
    sink.sample(kUp, {name}, state == "up" ? 1 : 0);
    sink.sample(kInfo, {address, admin_state, broadcast, name, duplex, alias, state}, 1);

    const auto speed = device.speed->integer_attribute(buffer_);
    if (speed && (*speed >= 0 || !ignore_invalid_speed_)) {
      sink.sample(kSpeed, {name}, static_cast<double>(*speed * kBytesPerMegabit));
    }
  }

  ReadBuffer& buffer_;
  KeptFolder folder_;
  Pattern ignored_;
  bool ignore_invalid_speed_;
  DescStore store_;
  std::vector<const Desc*> descs_;  // parallel to kProperties
  std::map<std::string, Device, std::less<>> devices_;
  std::array<std::string, 5> texts_;  // of the device at hand
};

}  // namespace

MadeCollector make_netclass(const CollectorContext& context) {
  auto ignored =
      Pattern::make("--collector.netclass.ignored-devices", context.options.netclass.ignored_devices);
  if (!ignored) return ignored.error();
  if (context.options.netclass.netlink) return make_netclass_netlink(context, *std::move(ignored));
  return make_collector<NetclassCollector>(context, *std::move(ignored));
}

}  // namespace sonde::node
