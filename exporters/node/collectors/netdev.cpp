#include <array>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "exporters/node/addresses.h"
#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/shared_reads.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

using Statistics = rtnl_link_stats64;

constexpr Desc kAddressInfo{"node_network_address_info",
                            "node network address by device",
                            MetricType::Gauge,
                            {"address", "device", "netmask", "scope"}};

// A family from netlink's counters: the sum of a few of them. /proc/net/dev and the original's first names
// add them up.
struct Counter {
  std::string_view name;
  std::array<__u64 Statistics::*, 4> parts{};
};

constexpr std::array kClassic{
    Counter{"receive_bytes", {&Statistics::rx_bytes}},
    Counter{"receive_packets", {&Statistics::rx_packets}},
    Counter{"receive_errs", {&Statistics::rx_errors}},
    Counter{"receive_drop", {&Statistics::rx_dropped, &Statistics::rx_missed_errors}},
    Counter{"receive_fifo", {&Statistics::rx_fifo_errors}},
    Counter{"receive_frame",
            {&Statistics::rx_frame_errors, &Statistics::rx_length_errors, &Statistics::rx_over_errors,
             &Statistics::rx_crc_errors}},
    Counter{"receive_compressed", {&Statistics::rx_compressed}},
    Counter{"receive_multicast", {&Statistics::multicast}},
    Counter{"receive_nohandler", {&Statistics::rx_nohandler}},
    Counter{"transmit_bytes", {&Statistics::tx_bytes}},
    Counter{"transmit_packets", {&Statistics::tx_packets}},
    Counter{"transmit_errs", {&Statistics::tx_errors}},
    Counter{"transmit_drop", {&Statistics::tx_dropped}},
    Counter{"transmit_fifo", {&Statistics::tx_fifo_errors}},
    Counter{"transmit_colls", {&Statistics::collisions}},
    Counter{"transmit_carrier",
            {&Statistics::tx_carrier_errors, &Statistics::tx_aborted_errors, &Statistics::tx_heartbeat_errors,
             &Statistics::tx_window_errors}},
    Counter{"transmit_compressed", {&Statistics::tx_compressed}},
};

constexpr std::array kDetailed{
    Counter{"receive_packets", {&Statistics::rx_packets}},
    Counter{"transmit_packets", {&Statistics::tx_packets}},
    Counter{"receive_bytes", {&Statistics::rx_bytes}},
    Counter{"transmit_bytes", {&Statistics::tx_bytes}},
    Counter{"receive_errors", {&Statistics::rx_errors}},
    Counter{"transmit_errors", {&Statistics::tx_errors}},
    Counter{"receive_dropped", {&Statistics::rx_dropped}},
    Counter{"transmit_dropped", {&Statistics::tx_dropped}},
    Counter{"multicast", {&Statistics::multicast}},
    Counter{"collisions", {&Statistics::collisions}},
    Counter{"receive_length_errors", {&Statistics::rx_length_errors}},
    Counter{"receive_over_errors", {&Statistics::rx_over_errors}},
    Counter{"receive_crc_errors", {&Statistics::rx_crc_errors}},
    Counter{"receive_frame_errors", {&Statistics::rx_frame_errors}},
    Counter{"receive_fifo_errors", {&Statistics::rx_fifo_errors}},
    Counter{"receive_missed_errors", {&Statistics::rx_missed_errors}},
    Counter{"transmit_aborted_errors", {&Statistics::tx_aborted_errors}},
    Counter{"transmit_carrier_errors", {&Statistics::tx_carrier_errors}},
    Counter{"transmit_fifo_errors", {&Statistics::tx_fifo_errors}},
    Counter{"transmit_heartbeat_errors", {&Statistics::tx_heartbeat_errors}},
    Counter{"transmit_window_errors", {&Statistics::tx_window_errors}},
    Counter{"receive_compressed", {&Statistics::rx_compressed}},
    Counter{"transmit_compressed", {&Statistics::tx_compressed}},
    Counter{"receive_nohandler", {&Statistics::rx_nohandler}},
};

// The columns of /proc/net/dev and the names that the original gives them with and without detailed metrics.
struct Column {
  std::string_view name;
  std::string_view detailed;
};
constexpr std::array kColumns{
    Column{"receive_bytes", "receive_bytes"},
    Column{"receive_packets", "receive_packets"},
    Column{"receive_errs", "receive_errors"},
    Column{"receive_drop", "receive_dropped"},
    Column{"receive_fifo", "receive_fifo"},
    Column{"receive_frame", "receive_frame"},
    Column{"receive_compressed", "receive_compressed"},
    Column{"receive_multicast", "receive_multicast"},
    Column{"transmit_bytes", "transmit_bytes"},
    Column{"transmit_packets", "transmit_packets"},
    Column{"transmit_errs", "transmit_errors"},
    Column{"transmit_drop", "transmit_dropped"},
    Column{"transmit_fifo", "transmit_fifo"},
    Column{"transmit_colls", "transmit_colls"},
    Column{"transmit_carrier", "transmit_carrier"},
    Column{"transmit_compressed", "transmit_compressed"},
};

class NetdevCollector final : public Collector {
 public:
  NetdevCollector(const CollectorContext& context, DeviceFilter filter)
      : logger_(context.logger),
        buffer_(context.buffer),
        options_(context.options.netdev),
        roots_(context.options.roots),
        proc_(roots_.proc("net/dev")),
        filter_(std::move(filter)),
        links_(context.shared.links) {
    const std::span<const Counter> counters =
        options_.detailed_metrics ? std::span<const Counter>(kDetailed) : std::span<const Counter>(kClassic);
    for (const Counter& counter : counters) counters_.push_back({&counter, &make_desc(counter.name)});
    for (const Column& column : kColumns) {
      columns_.push_back(&make_desc(options_.detailed_metrics ? column.detailed : column.name));
    }
  }

  Status collect(MetricSink& sink) override {
    if (auto status = collect_statistics(sink); !status) return status;
    if (!options_.address_info) return Ok{};
    return each_address([&](const Address& address) {
      if (filter_.ignores(address.device)) return;
      sink.sample(kAddressInfo,
                  {address.address, address.device, std::to_string(address.prefix_bits), address.scope}, 1);
    });
  }

 private:
  Status collect_statistics(MetricSink& sink) {
    if (options_.netlink) {
      size_t position = 0;
      const auto status = links_.run([&](const Link& link) {
        if (ignores(link.name, position++) || !link.statistics) return;
        for (const auto& [counter, desc] : counters_) {
          uint64_t sum = 0;
          for (const auto part : counter->parts) {
            if (part) sum += (*link.statistics).*part;
          }
          add(*desc, link.name, link.alias, sum, sink);
        }
      });
      // Differs: sandboxes forbid netlink, and the original then shows nothing.
      if (status || position > 0) return status;  // Half an answer is shown and not added to.
      if (!told_)
        logger_.warn("netlink failed, reading /proc/net/dev instead", {{"err", status.error().message()}});
      told_ = true;
    }
    return collect_proc(sink);
  }

  // Two lines of titles, then "  eth0: 1296 16 0 …".
  Status collect_proc(MetricSink& sink) {
    const auto content = proc_.read(buffer_);
    if (!content) return content.error();
    std::string_view rest = *content;
    std::string_view line;
    size_t position = 0;
    for (size_t row = 0; next_line(rest, line); ++row) {
      if (row < 2) continue;
      const std::string_view whole = line;
      const size_t colon = line.rfind(':');  // The name may have colons of its own.
      if (colon == std::string_view::npos) {
        return Error(ErrorCode::Corrupt, "net/dev: want a device and its counters, got " + quoted(whole));
      }
      const std::string_view device = trim(line.substr(0, colon));
      if (ignores(device, position++)) continue;
      line.remove_prefix(colon + 1);
      std::string alias;
      if (options_.label_ifalias) {
        KeptFile file(roots_.sys("class/net/" + std::string(device) + "/ifalias"));
        alias = file.attribute(alias_buffer_).value_or(std::string_view());
      }
      for (const Desc* desc : columns_) {
        const auto value = parse_unsigned(next_field(line));
        if (!value) return Error(ErrorCode::Corrupt, "net/dev: want 16 numbers, got " + quoted(whole));
        add(*desc, device, alias, *value, sink);
      }
    }
    return Ok{};
  }

  const Desc& make_desc(std::string_view key) {
    const LabelNames labels = options_.label_ifalias ? LabelNames{"device", "ifalias"} : LabelNames{"device"};
    const std::string name(key);
    return store_.make("node_network_" + name + "_total", "Network device statistic " + name + ".",
                       MetricType::Counter, labels);
  }

  void add(const Desc& desc, std::string_view device, std::string_view alias, uint64_t value,
           MetricSink& sink) {
    if (options_.label_ifalias) {
      sink.sample(desc, {device, alias}, static_cast<double>(value));
    } else {
      sink.sample(desc, {device}, static_cast<double>(value));
    }
  }

  // The filter's answer, kept by position: the kernel lists devices in the same order each time.
  bool ignores(std::string_view device, size_t position) {
    if (position >= known_.size()) known_.resize(position + 1);
    Known& known = known_[position];
    if (known.device != device) {
      known.device = device;
      known.ignored = filter_.ignores(device);
    }
    return known.ignored;
  }

  struct Known {
    std::string device;
    bool ignored = false;
  };
  Logger& logger_;
  ReadBuffer& buffer_;
  ReadBuffer alias_buffer_;
  const NetdevOptions& options_;
  const Roots& roots_;
  KeptFile proc_;
  DeviceFilter filter_;
  LinkDump& links_;
  DescStore store_;
  std::vector<std::pair<const Counter*, const Desc*>> counters_;
  std::vector<const Desc*> columns_;
  std::vector<Known> known_;
  bool told_ = false;  // that netlink does not work
};

}  // namespace

MadeCollector make_netdev(const CollectorContext& context) {
  auto filter = DeviceFilter::make(context.options.netdev.devices, context.logger);
  if (!filter) return filter.error();
  return make_collector<NetdevCollector>(context, *std::move(filter));
}

}  // namespace sonde::node
