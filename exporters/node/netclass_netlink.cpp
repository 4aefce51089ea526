#include "exporters/node/netclass_netlink.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "exporters/node/desc_store.h"
#include "exporters/node/netlink.h"
#include "exporters/node/shared_reads.h"

namespace sonde::node {
namespace {

using Statistics = rtnl_link_stats64;

constexpr LabelNames kDevice{"device"};
constexpr Desc kUp{"node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.", MetricType::Gauge,
                   kDevice};
constexpr Desc kInfo{"node_network_info",
                     "Non-numeric data of <iface>, value is always 1.",
                     MetricType::Gauge,
                     {"address", "broadcast", "device", "duplex", "ifalias", "operstate"}};
constexpr Desc kAlternativeNames{"node_network_altnames_info",
                                 "Non-numeric data of <iface> altname, value is always 1.",
                                 MetricType::Gauge,
                                 {"altname", "device"}};

constexpr int64_t kBytesPerMegabit = 1000 * 1000 / 8;

struct StatisticsName {
  std::string_view name;
  __u64 Statistics::*member;
};
// The original types these as gauges; they stand in for the netdev collector.
constexpr std::array kStatistics{
    StatisticsName{"receive_packets_total", &Statistics::rx_packets},
    StatisticsName{"transmit_packets_total", &Statistics::tx_packets},
    StatisticsName{"receive_bytes_total", &Statistics::rx_bytes},
    StatisticsName{"transmit_bytes_total", &Statistics::tx_bytes},
    StatisticsName{"receive_errors_total", &Statistics::rx_errors},
    StatisticsName{"transmit_errors_total", &Statistics::tx_errors},
    StatisticsName{"receive_dropped_total", &Statistics::rx_dropped},
    StatisticsName{"transmit_dropped_total", &Statistics::tx_dropped},
    StatisticsName{"multicast_total", &Statistics::multicast},
    StatisticsName{"collisions_total", &Statistics::collisions},
    StatisticsName{"receive_length_errors_total", &Statistics::rx_length_errors},
    StatisticsName{"receive_over_errors_total", &Statistics::rx_over_errors},
    StatisticsName{"receive_crc_errors_total", &Statistics::rx_crc_errors},
    StatisticsName{"receive_frame_errors_total", &Statistics::rx_frame_errors},
    StatisticsName{"receive_fifo_errors_total", &Statistics::rx_fifo_errors},
    StatisticsName{"receive_missed_errors_total", &Statistics::rx_missed_errors},
    StatisticsName{"transmit_aborted_errors_total", &Statistics::tx_aborted_errors},
    StatisticsName{"transmit_carrier_errors_total", &Statistics::tx_carrier_errors},
    StatisticsName{"transmit_fifo_errors_total", &Statistics::tx_fifo_errors},
    StatisticsName{"transmit_heartbeat_errors_total", &Statistics::tx_heartbeat_errors},
    StatisticsName{"transmit_window_errors_total", &Statistics::tx_window_errors},
    StatisticsName{"receive_compressed_total", &Statistics::rx_compressed},
    StatisticsName{"transmit_compressed_total", &Statistics::tx_compressed},
    StatisticsName{"receive_nohandler_total", &Statistics::rx_nohandler},
};

std::string_view duplex_name(uint8_t duplex) {
  if (duplex == 0) return "Half";
  return duplex == 1 ? "Full" : "Unknown";
}

class NetclassNetlinkCollector final : public Collector {
 public:
  NetclassNetlinkCollector(const CollectorContext& context, Pattern ignored)
      : logger_(context.logger),
        buffer_(context.buffer),
        sysfs_(context.options.roots.sys("class/net/")),
        ignored_(std::move(ignored)),
        with_statistics_(context.options.netclass.with_stats),
        links_(context.shared.links) {}

  Status collect(MetricSink& sink) override {
    duplex_.clear();
    auto status = modes_.run([&](const LinkMode& mode) {
      if (ignored_.matches(mode.name)) return;
      if (mode.speed_megabits && *mode.speed_megabits >= 0) {
        add("speed_bytes", mode.name, *mode.speed_megabits * kBytesPerMegabit, sink);
      }
      duplex_.emplace(mode.name, mode.duplex ? duplex_name(*mode.duplex) : std::string_view());
    });
    if (!status && status.error().code() != ErrorCode::NotFound) return status;
    if (!status && !told_)
      logger_.info("ethtool's netlink family is not there, duplex and speed are left out");
    told_ = told_ || !status;
    return links_.run([&](const Link& link) {
      if (!ignored_.matches(link.name)) collect_link(link, sink);
    });
  }

 private:
  void collect_link(const Link& link, MetricSink& sink) {
    const auto duplex = duplex_.find(link.name);
    write_hardware_address(link.address, address_);
    write_hardware_address(link.broadcast, broadcast_);
    const std::string_view state = operational_state_name(link.operational_state);
    sink.sample(kUp, {link.name}, state == "up" ? 1 : 0);
    sink.sample(kInfo,
                {address_, broadcast_, link.name,
                 duplex == duplex_.end() ? std::string_view() : duplex->second, link.alias, state},
                1);
    for (const std::string_view name : link.alternative_names)
      sink.sample(kAlternativeNames, {name, link.name}, 1);
    add_attribute("address_assign_type", "addr_assign_type", link.name, sink);
    add("carrier", link.name, link.carrier, sink);
    add("carrier_changes_total", link.name, link.carrier_changes, sink, MetricType::Counter);
    add("carrier_up_changes_total", link.name, link.carrier_up_changes, sink, MetricType::Counter);
    add("carrier_down_changes_total", link.name, link.carrier_down_changes, sink, MetricType::Counter);
    add_attribute("device_id", "dev_id", link.name, sink);
    add("flags", link.name, link.flags, sink);
    add("iface_id", link.name, link.index, sink);
    add("iface_link_mode", link.name, link.link_mode, sink);
    add("dormant", link.name, link.link_mode, sink);
    add("iface_link", link.name, link.lower_index.value_or(link.index), sink);
    add("mtu_bytes", link.name, link.mtu, sink);
    add_attribute("name_assign_type", "name_assign_type", link.name, sink);
    add("net_dev_group", link.name, link.group, sink);
    add("transmit_queue_length", link.name, link.queue_length, sink);
    add("protocol_type", link.name, link.type, sink);
    if (!with_statistics_ || !link.statistics) return;
    for (const StatisticsName& entry : kStatistics) {
      add(entry.name, link.name, (*link.statistics).*entry.member, sink);
    }
  }

  // What netlink does not tell.
  void add_attribute(std::string_view name, std::string_view file, std::string_view device,
                     MetricSink& sink) {
    KeptFile attribute(sysfs_ + std::string(device) + "/" + std::string(file));
    add(name, device, attribute.integer_attribute(buffer_), sink);
  }

  template <class T>
  void add(std::string_view name, std::string_view device, const std::optional<T>& value, MetricSink& sink,
           MetricType type = MetricType::Gauge) {
    if (value) add(name, device, *value, sink, type);
  }

  template <class T>
  requires std::is_arithmetic_v<T>
  void add(std::string_view name, std::string_view device, T value, MetricSink& sink,
           MetricType type = MetricType::Gauge) {
    auto found = descs_.find(name);
    if (found == descs_.end()) {
      const std::string key(name);
      const Desc& desc = store_.make("node_network_" + key, "Network device property: " + key, type, kDevice);
      found = descs_.emplace(name, &desc).first;
    }
    sink.sample(*found->second, {device}, static_cast<double>(value));
  }

  Logger& logger_;
  ReadBuffer& buffer_;
  std::string sysfs_;
  Pattern ignored_;
  bool with_statistics_;
  LinkDump& links_;
  LinkModeDump modes_;
  DescStore store_;
  std::map<std::string_view, const Desc*> descs_;  // Keys are literals.
  std::map<std::string, std::string_view, std::less<>> duplex_;
  std::string address_;
  std::string broadcast_;
  bool told_ = false;
};

}  // namespace

MadeCollector make_netclass_netlink(const CollectorContext& context, Pattern ignored) {
  return make_collector<NetclassNetlinkCollector>(context, std::move(ignored));
}

}  // namespace sonde::node
