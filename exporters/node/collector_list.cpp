#include "exporters/node/collector_list.h"

#include <algorithm>
#include <array>
#include <string>

#include "exporters/node/shared_reads.h"

namespace sonde::node {
namespace {

bool always_blocks(const Options&) {
  return true;
}
bool reads_text_files(const Options& options) {
  return !options.textfile_directories.empty();
}

// Sorted by name.
constexpr std::array kCollectors{
    CollectorSpec{.name = "arp", .on_by_default = true},
    CollectorSpec{.name = "bcache", .on_by_default = true},
    CollectorSpec{.name = "bcachefs", .on_by_default = true},
    CollectorSpec{.name = "bonding", .on_by_default = true},
    CollectorSpec{.name = "btrfs", .on_by_default = true},
    CollectorSpec{.name = "buddyinfo"},
    CollectorSpec{.name = "cgroups"},
    CollectorSpec{.name = "conntrack", .on_by_default = true},
    CollectorSpec{.name = "cpu", .on_by_default = true, .make = make_cpu},
    CollectorSpec{.name = "cpu_vulnerabilities"},
    CollectorSpec{.name = "cpufreq", .on_by_default = true},
    CollectorSpec{.name = "diskstats", .on_by_default = true, .make = make_diskstats},
    CollectorSpec{.name = "dmi", .on_by_default = true},
    CollectorSpec{.name = "dmmultipath", .on_by_default = true},
    CollectorSpec{.name = "drbd"},
    CollectorSpec{.name = "drm"},
    CollectorSpec{.name = "edac", .on_by_default = true},
    CollectorSpec{.name = "entropy", .on_by_default = true},
    CollectorSpec{.name = "ethtool"},
    CollectorSpec{.name = "fibrechannel", .on_by_default = true},
    CollectorSpec{.name = "filefd", .on_by_default = true, .make = make_filefd},
    CollectorSpec{
        .name = "filesystem", .on_by_default = true, .make = make_filesystem, .may_block = always_blocks},
    CollectorSpec{.name = "hwmon", .on_by_default = true},
    CollectorSpec{.name = "infiniband", .on_by_default = true},
    CollectorSpec{.name = "interrupts"},
    CollectorSpec{.name = "ipvs", .on_by_default = true},
    CollectorSpec{.name = "kernel_hung", .on_by_default = true},
    CollectorSpec{.name = "ksmd"},
    CollectorSpec{.name = "lnstat"},
    CollectorSpec{.name = "loadavg", .on_by_default = true, .make = make_loadavg},
    CollectorSpec{.name = "logind"},
    CollectorSpec{.name = "mdadm", .on_by_default = true},
    CollectorSpec{.name = "meminfo", .on_by_default = true, .make = make_meminfo},
    CollectorSpec{.name = "meminfo_numa"},
    CollectorSpec{.name = "mountstats"},
    CollectorSpec{.name = "netclass", .on_by_default = true, .make = make_netclass},
    CollectorSpec{.name = "netdev", .on_by_default = true, .make = make_netdev},
    CollectorSpec{.name = "netstat", .on_by_default = true, .make = make_netstat},
    CollectorSpec{.name = "network_route"},
    CollectorSpec{.name = "nfs", .on_by_default = true},
    CollectorSpec{.name = "nfsd", .on_by_default = true},
    CollectorSpec{.name = "ntp"},
    CollectorSpec{.name = "nvme", .on_by_default = true},
    CollectorSpec{.name = "nvmesubsystem"},
    CollectorSpec{.name = "os", .on_by_default = true, .make = make_os},
    CollectorSpec{.name = "pcidevice"},
    CollectorSpec{.name = "perf"},
    CollectorSpec{.name = "powersupplyclass", .on_by_default = true},
    CollectorSpec{.name = "pressure", .on_by_default = true, .make = make_pressure},
    CollectorSpec{.name = "processes"},
    CollectorSpec{.name = "qdisc"},
    CollectorSpec{.name = "rapl", .on_by_default = true},
    CollectorSpec{.name = "runit"},
    CollectorSpec{.name = "schedstat", .on_by_default = true},
    CollectorSpec{.name = "selinux", .on_by_default = true},
    CollectorSpec{.name = "slabinfo"},
    CollectorSpec{.name = "sockstat", .on_by_default = true, .make = make_sockstat},
    CollectorSpec{.name = "softirqs"},
    CollectorSpec{.name = "softnet", .on_by_default = true, .make = make_softnet},
    CollectorSpec{.name = "stat", .on_by_default = true, .make = make_stat},
    CollectorSpec{.name = "supervisord"},
    CollectorSpec{.name = "swap"},
    CollectorSpec{.name = "sysctl"},
    CollectorSpec{.name = "systemd"},
    CollectorSpec{.name = "tapestats", .on_by_default = true},
    CollectorSpec{.name = "tcpstat"},
    CollectorSpec{
        .name = "textfile", .on_by_default = true, .make = make_textfile, .may_block = reads_text_files},
    CollectorSpec{.name = "thermal_zone", .on_by_default = true},
    CollectorSpec{.name = "time", .on_by_default = true, .make = make_time},
    CollectorSpec{.name = "timex", .on_by_default = true},
    CollectorSpec{.name = "udp_queues", .on_by_default = true},
    CollectorSpec{.name = "uname", .on_by_default = true, .make = make_uname},
    CollectorSpec{.name = "vmstat", .on_by_default = true, .make = make_vmstat},
    CollectorSpec{.name = "watchdog", .on_by_default = true},
    CollectorSpec{.name = "wifi"},
    CollectorSpec{.name = "xfrm"},
    CollectorSpec{.name = "xfs", .on_by_default = true},
    CollectorSpec{.name = "zfs", .on_by_default = true},
    CollectorSpec{.name = "zoneinfo"},
};
static_assert(std::ranges::is_sorted(kCollectors, {}, &CollectorSpec::name));

constexpr size_t index_of(std::string_view name) {
  return static_cast<size_t>(std::ranges::find(kCollectors, name, &CollectorSpec::name) -
                             kCollectors.begin());
}
constexpr size_t kCpufreq = index_of("cpufreq");
static_assert(kCpufreq < kCollectors.size());

// Explicit flags win over --collector.disable-defaults, wherever they stand.
bool is_enabled(const CollectorSpec& spec, const CollectorSwitch& chosen, bool disable_defaults) {
  if (chosen.given) return chosen.enabled;
  return spec.on_by_default && !disable_defaults;
}

}  // namespace

std::span<const CollectorSpec> collector_list() {
  return kCollectors;
}

Result<CollectorChoice> make_collectors(const Options& options, const Clock& clock, Logger& logger,
                                        SharedReads& shared) {
  const CollectorContext context{
      .options = options,
      .clock = clock,
      .logger = logger,
      .shared = shared,
      .buffer = shared.buffer,
      .cpufreq_enabled =
          is_enabled(kCollectors[kCpufreq], options.switches[kCpufreq], options.disable_defaults),
  };
  CollectorChoice choice;
  for (size_t i = 0; i < kCollectors.size(); ++i) {
    const CollectorSpec& spec = kCollectors[i];
    const CollectorSwitch& chosen = options.switches[i];
    const std::string name(spec.name);
    if (!spec.make) {
      if (chosen.given && chosen.enabled) {
        std::string reason = "this version has no ";
        reason.append(name).append(" collector, leave the flag out");
        return Error(ErrorCode::Unsupported, std::move(reason)).in("--collector." + name);
      }
      continue;
    }
    if (!is_enabled(spec, chosen, options.disable_defaults)) {
      choice.disabled.push_back(name);
      continue;
    }
    auto collector = spec.make(context);
    if (!collector) return collector.error().in("collector " + name);
    choice.enabled.push_back({.name = name,
                              .collector = *std::move(collector),
                              .may_block = spec.may_block && spec.may_block(options)});
  }
  return choice;
}

}  // namespace sonde::node
