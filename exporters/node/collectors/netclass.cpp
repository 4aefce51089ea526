#include <linux/if.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/netclass_netlink.h"
#include "exporters/node/shared_reads.h"
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
  using Value = std::optional<int64_t>;
  std::string_view file;
  std::string_view name;
  MetricType type = MetricType::Gauge;
  // The same from netlink, which costs a twentieth of a file; nullptr where only the file has it.
  Value (*from_link)(const Link& link) = nullptr;
};

// The kernel's files print these as signed.
Property::Value as_file(std::optional<uint32_t> value) {
  if (!value) return std::nullopt;
  return static_cast<int32_t>(*value);
}

bool is_up(const Link& link) {
  return (link.flags & IFF_UP) != 0;
}

// The file has the flags as they were set: without those that tell the state, and promiscuous or not whoever
// asked for it.
Property::Value flags_of(const Link& link) {
  constexpr uint32_t kOthers = IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT | IFF_PROMISC | IFF_ALLMULTI;
  uint32_t flags = link.flags & ~kOthers;
  if (link.promiscuity.value_or(0) > 0) flags |= IFF_PROMISC;
  if (link.all_multicast.value_or(0) > 0) flags |= IFF_ALLMULTI;
  return flags;
}

constexpr auto kCounter = MetricType::Counter;
constexpr auto kGauge = MetricType::Gauge;
constexpr std::array kProperties{
    Property{"addr_assign_type", "address_assign_type"},
    // These two files cannot be read while the device is down.
    Property{"carrier", "carrier", kGauge,
             [](const Link& link) { return is_up(link) ? Property::Value(link.carrier) : std::nullopt; }},
    Property{"carrier_changes", "carrier_changes_total", kCounter,
             [](const Link& link) { return as_file(link.carrier_changes); }},
    Property{"carrier_up_count", "carrier_up_changes_total", kCounter,
             [](const Link& link) { return as_file(link.carrier_up_changes); }},
    Property{"carrier_down_count", "carrier_down_changes_total", kCounter,
             [](const Link& link) { return as_file(link.carrier_down_changes); }},
    Property{"dev_id", "device_id"},
    Property{"dormant", "dormant", kGauge,
             [](const Link& link) {
               return is_up(link) ? Property::Value((link.flags & IFF_DORMANT) != 0 ? 1 : 0) : std::nullopt;
             }},
    Property{"ifindex", "iface_id", kGauge, [](const Link& link) { return as_file(link.index); }},
    Property{"iflink", "iface_link", kGauge,
             [](const Link& link) { return as_file(link.lower_index.value_or(link.index)); }},
    Property{"link_mode", "iface_link_mode", kGauge,
             [](const Link& link) { return as_file(link.link_mode); }},
    Property{"mtu", "mtu_bytes", kGauge, [](const Link& link) { return as_file(link.mtu); }},
    Property{"name_assign_type", "name_assign_type"},
    Property{"netdev_group", "net_dev_group", kGauge, [](const Link& link) { return as_file(link.group); }},
    Property{"tx_queue_len", "transmit_queue_length", kGauge,
             [](const Link& link) { return as_file(link.queue_length); }},
    Property{"type", "protocol_type", kGauge, [](const Link& link) { return as_file(link.type); }},
    Property{"flags", "flags", kGauge, flags_of},
};
constexpr size_t kFlags = kProperties.size() - 1;

// Descriptors stay open for this many devices; a host with hundreds of containers opens the others' each
// time.
constexpr size_t kKeptDevicesMax = 16;
// What only files have changes with the device's name or address, or hardly ever; speed and duplex are agreed
// upon when a link comes up, which is counted. They are read again then, and once in a while.
constexpr int64_t kFilesAgeMaxNs = 60'000'000'000;
constexpr int64_t kBytesPerMegabit = 1000 * 1000 / 8;

struct Device {
  explicit Device(std::string folder)
      : path(std::move(folder)), duplex(path + "/duplex"), speed(path + "/speed") {
    for (const Property& property : kProperties)
      properties.emplace_back(path + "/" + std::string(property.file));
    for (const std::string_view name : {"address", "broadcast", "ifalias", "operstate"})
      texts.emplace_back(path + "/" + std::string(name));
  }
  void close() {
    for (KeptFile& file : properties) file.close();
    for (KeptFile& file : texts) file.close();
    duplex.close();
    speed.close();
  }

  std::string path;
  std::vector<KeptFile> properties;  // parallel to kProperties
  std::vector<KeptFile> texts;       // address, broadcast, ifalias, operstate
  KeptFile duplex;
  KeptFile speed;
  std::optional<int64_t> index;  // as sysfs says; what it was when last compared with netlink's
  bool is_device = false;        // bonding_masters is a file among the devices
  bool ignored = false;
  bool seen = false;
  int64_t files_read_ns = 0;  // of what netlink does not have; 0: to be read again
  uint32_t link_flags = 0;    // as netlink had them then, and the next
  std::optional<uint32_t> carrier_changes;

  // Of the scrape at hand.
  std::array<std::optional<int64_t>, kProperties.size()> values;
  std::string address;
  std::string broadcast;
  std::string alias;
  std::string state;
  std::string duplex_text;
  std::optional<int64_t> megabits;
};

class NetclassCollector final : public Collector {
 public:
  NetclassCollector(const CollectorContext& context, Pattern ignored)
      : clock_(context.clock),
        buffer_(context.buffer),
        links_(context.shared.links),
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
    if (links_are_those_of_sysfs()) {
      // It has just been asked without an error, and keeps its answer.
      [[maybe_unused]] const Status visited = links_.run([this](const Link& link) { read_link(link); });
    } else if (auto status = read_files(); !status) {
      return status;
    }
    std::erase_if(devices_, [](const auto& entry) { return !entry.second.seen; });
    for (auto& [name, device] : devices_) {
      device.seen = false;
      if (device.is_device && !device.ignored) show(name, device, sink);
    }
    return Ok{};
  }

 private:
  // Netlink knows the devices of our network namespace, a sysfs those of the one that it was mounted in; and
  // sysfs may be a folder of files. They are compared whenever netlink has another device than last time.
  bool links_are_those_of_sysfs() {
    if (all_links_known()) return true;
    struct statfs facts {};
    if (::statfs(folder_.path().c_str(), &facts) != 0 || facts.f_type != SYSFS_MAGIC) return false;
    const auto names = folder_.list();
    if (!names) return false;
    size_t device_count = 0;
    for (const std::string& name : *names) {
      Device& device = device_of(name);
      device.files_read_ns = 0;
      device.index = KeptFile(device.path + "/ifindex").integer_attribute(buffer_);
      device_count += device.is_device ? 1 : 0;
    }
    return all_links_known() && link_count_ == device_count;
  }

  bool all_links_known() {
    bool known = true;
    link_count_ = 0;
    const auto status = links_.run([&](const Link& link) {
      ++link_count_;
      const auto found = devices_.find(link.name);
      known &= link.all_multicast.has_value() && found != devices_.end() && found->second.index == link.index;
    });
    return status && known && link_count_ > 0;
  }

  Status read_files() {
    const auto names = folder_.list();
    if (!names) {
      const ErrorCode code = names.error().code();
      if (code == ErrorCode::PermissionDenied) return Error(ErrorCode::NotFound, names.error().message());
      return names.error();
    }
    size_t position = 0;
    for (const std::string& name : *names) {
      Device& device = device_of(name);
      device.seen = true;
      device.index.reset();
      if (!device.is_device || device.ignored) continue;
      read_device(device);
      if (++position > kKeptDevicesMax) device.close();
    }
    return Ok{};
  }

  Device& device_of(std::string_view name) {
    const auto found = devices_.find(name);
    if (found != devices_.end()) return found->second;
    Device& device = devices_.emplace(name, folder_.path() + "/" + std::string(name)).first->second;
    struct stat facts {};
    device.is_device = ::stat(device.path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
    device.ignored = ignored_.matches(name);
    return device;
  }

  void read_device(Device& device) {
    for (size_t i = 0; i < kProperties.size(); ++i)
      device.values[i] = device.properties[i].integer_attribute(buffer_);
    const std::array targets{&device.address, &device.broadcast, &device.alias, &device.state};
    for (size_t i = 0; i < targets.size(); ++i) *targets[i] = device.texts[i].attribute(buffer_).value_or("");
    read_mode(device);
  }

  void read_link(const Link& link) {
    Device& device = device_of(link.name);
    device.seen = true;
    if (device.ignored) return;
    write_hardware_address(link.address, address_);
    const int64_t now_ns = clock_.monotonic_ns();
    const bool files_are_old = device.files_read_ns == 0 || now_ns - device.files_read_ns >= kFilesAgeMaxNs ||
                               address_ != device.address || link.flags != device.link_flags ||
                               link.carrier_changes != device.carrier_changes;
    if (files_are_old) device.files_read_ns = now_ns;
    device.link_flags = link.flags;
    device.carrier_changes = link.carrier_changes;
    for (size_t i = 0; i < kProperties.size(); ++i) {
      if (const auto from_link = kProperties[i].from_link) {
        device.values[i] = from_link(link);
      } else if (files_are_old) {
        device.values[i] = device.properties[i].integer_attribute(buffer_);
      }
    }
    device.address = address_;
    write_hardware_address(link.broadcast, device.broadcast);
    device.alias = trim(link.alias);
    device.state = operational_state_name(link.operational_state);
    if (files_are_old) {
      device.duplex_text.clear();
      device.megabits.reset();
      if (is_up(link)) read_mode(device);  // A device that is down has neither.
    }
    if (link_count_ > kKeptDevicesMax) device.close();
  }

  void read_mode(Device& device) {
    device.duplex_text = device.duplex.attribute(buffer_).value_or("");
    device.megabits = device.speed.integer_attribute(buffer_);
  }

  void show(const std::string& name, const Device& device, MetricSink& sink) const {
    for (size_t i = 0; i < kProperties.size(); ++i) {
      if (device.values[i]) sink.sample(*descs_[i], {name}, static_cast<double>(*device.values[i]));
    }
    std::string_view admin_state = "unknown";
    if (const auto flags = device.values[kFlags]) admin_state = (*flags & IFF_UP) != 0 ? "up" : "down";
    sink.sample(kUp, {name}, device.state == "up" ? 1 : 0);
    sink.sample(
        kInfo,
        {device.address, admin_state, device.broadcast, name, device.duplex_text, device.alias, device.state},
        1);
    if (device.megabits && (*device.megabits >= 0 || !ignore_invalid_speed_)) {
      sink.sample(kSpeed, {name}, static_cast<double>(*device.megabits * kBytesPerMegabit));
    }
  }

  const Clock& clock_;
  ReadBuffer& buffer_;
  LinkDump& links_;
  KeptFolder folder_;
  Pattern ignored_;
  bool ignore_invalid_speed_;
  DescStore store_;
  std::vector<const Desc*> descs_;  // parallel to kProperties
  std::map<std::string, Device, std::less<>> devices_;
  std::string address_;    // of the device at hand
  size_t link_count_ = 0;  // of netlink's last answer
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
