#include "exporters/node/options.h"

#include "exporters/node/collector_list.h"

namespace sonde::node {
namespace {

// The original's defaults, character for character: dashboards and alerts count on what they leave out.
constexpr std::string_view kMountPointsExclude =
    "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)";
constexpr std::string_view kTypesExclude =
    "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|"
    "nsfs|"
    "overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$";
constexpr std::string_view kDisksExclude = R"(^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$)";
constexpr std::string_view kNetstatFields =
    "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|"
    "TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|"
    "Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|"
    "Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$";

FilterFlags filter(std::string_view include, std::string_view exclude, std::string_view exclude_default,
                   std::string_view old_include, std::string_view old_exclude) {
  FilterFlags flags;
  flags.include_flag = include;
  flags.exclude_flag = exclude;
  flags.old_include_flag = old_include;
  flags.old_exclude_flag = old_exclude;
  flags.exclude = exclude_default;
  return flags;
}

void add_filter(exporter::Flags& flags, FilterFlags& filter, std::string_view include_help,
                std::string_view exclude_help) {
  const auto name = [](std::string_view flag) { return flag.substr(2); };  // without its dashes
  flags.text(name(filter.include_flag), filter.include, include_help, {.value_name = "REGEXP"});
  flags.text(name(filter.exclude_flag), filter.exclude, exclude_help, {.set = &filter.exclude_given});
  if (!filter.old_include_flag.empty()) {
    flags.text(name(filter.old_include_flag), filter.old_include, "Deprecated name of the include flag.",
               {.hidden = true});
  }
  if (!filter.old_exclude_flag.empty()) {
    flags.text(name(filter.old_exclude_flag), filter.old_exclude, "Deprecated name of the exclude flag.",
               {.hidden = true});
  }
}

void add_switches(exporter::Flags& flags, Options& options) {
  flags.boolean("collector.disable-defaults", options.disable_defaults,
                "Set all collectors to disabled by default.");
  const auto specs = collector_list();
  for (size_t i = 0; i < specs.size(); ++i) {
    const std::string help = "Enable the " + std::string(specs[i].name) +
                             " collector (default: " + (specs[i].on_by_default ? "enabled" : "disabled") +
                             ").";
    flags.boolean("collector." + std::string(specs[i].name), options.switches[i].enabled, help,
                  {.hidden = specs[i].make == nullptr, .set = &options.switches[i].given});
  }
}

void add_network_flags(exporter::Flags& flags, Options& options) {
  NetclassOptions& netclass = options.netclass;
  flags.text("collector.netclass.ignored-devices", netclass.ignored_devices,
             "Regexp of net devices to ignore for netclass collector.");
  flags.boolean("collector.netclass.ignore-invalid-speed", netclass.ignore_invalid_speed,
                "Leave out the speed of devices that report an invalid one.");
  flags.boolean("collector.netclass.netlink", netclass.netlink,
                "Use netlink to gather device properties instead of sysfs.");
  flags.boolean("collector.netclass_rtnl.with-stats", netclass.with_stats,
                "Show the statistics of each network device too, instead of the netdev collector.");
  NetdevOptions& netdev = options.netdev;
  add_filter(flags, netdev.devices,
             "Regexp of net devices to include (mutually exclusive to device-exclude).",
             "Regexp of net devices to exclude (mutually exclusive to device-include).");
  flags.boolean("collector.netdev.netlink", netdev.netlink,
                "Use netlink to gather stats instead of /proc/net/dev.");
  flags.boolean("collector.netdev.address-info", netdev.address_info,
                "Collect address-info for every device.");
  flags.boolean("collector.netdev.enable-detailed-metrics", netdev.detailed_metrics,
                "Use the kernel's own, incompatible names for the error counters.");
  flags.boolean("collector.netdev.label-ifalias", netdev.label_ifalias, "Add the ifalias label.");
  flags.text("collector.netstat.fields", options.netstat_fields,
             "Regexp of fields to return for netstat collector.");
}

void add_filesystem_flags(exporter::Flags& flags, FilesystemOptions& options) {
  add_filter(flags, options.mount_points,
             "Regexp of mount points to include for filesystem collector (mutually exclusive to "
             "mount-points-exclude).",
             "Regexp of mount points to exclude for filesystem collector (mutually exclusive to "
             "mount-points-include).");
  add_filter(flags, options.types,
             "Regexp of filesystem types to include for filesystem collector (mutually exclusive to "
             "fs-types-exclude).",
             "Regexp of filesystem types to exclude for filesystem collector (mutually exclusive to "
             "fs-types-include).");
  flags.go_duration("collector.filesystem.mount-timeout", options.mount_timeout,
                    "How long to wait for a mount to respond before marking it as stale.", {.hidden = true});
  flags.integer("collector.filesystem.stat-workers", options.stat_workers,
                "How many stat calls to process simultaneously.", {.hidden = true});
}

}  // namespace

Options::Options()
    : diskstats_devices(filter("--collector.diskstats.device-include", "--collector.diskstats.device-exclude",
                               kDisksExclude, {}, "--collector.diskstats.ignored-devices")),
      netstat_fields(kNetstatFields) {
  filesystem.mount_points =
      filter("--collector.filesystem.mount-points-include", "--collector.filesystem.mount-points-exclude",
             kMountPointsExclude, {}, "--collector.filesystem.ignored-mount-points");
  filesystem.types =
      filter("--collector.filesystem.fs-types-include", "--collector.filesystem.fs-types-exclude",
             kTypesExclude, {}, "--collector.filesystem.ignored-fs-types");
  netdev.devices = filter("--collector.netdev.device-include", "--collector.netdev.device-exclude", "",
                          "--collector.netdev.device-whitelist", "--collector.netdev.device-blacklist");
  for (const CollectorSpec& spec : collector_list()) switches.push_back({.enabled = spec.on_by_default});
}

void add_flags(exporter::Flags& flags, Options& options) {
  flags.text("path.procfs", options.roots.procfs, "procfs mountpoint.");
  flags.text("path.sysfs", options.roots.sysfs, "sysfs mountpoint.");
  flags.text("path.rootfs", options.roots.rootfs, "rootfs mountpoint.");
  flags.text("path.udev.data", options.roots.udev_data, "udev data path.");
  flags.ignored("runtime.gomaxprocs", true, "Has no meaning here; accepted for compatibility.");

  flags.boolean("collector.cpu.guest", options.cpu.guest, "Enables metric node_cpu_guest_seconds_total.");
  flags.boolean("collector.cpu.info", options.cpu.info, "Enables metric cpu_info.");
  flags.text("collector.cpu.info.flags-include", options.cpu.info_flags_include,
             "Regexp of the flags of /proc/cpuinfo to show; switches cpu.info on.", {.value_name = "REGEXP"});
  flags.text("collector.cpu.info.bugs-include", options.cpu.info_bugs_include,
             "Regexp of the bugs of /proc/cpuinfo to show; switches cpu.info on.", {.value_name = "REGEXP"});
  add_filter(flags, options.diskstats_devices,
             "Regexp of diskstats devices to include (mutually exclusive to device-exclude).",
             "Regexp of diskstats devices to exclude (mutually exclusive to device-include).");
  add_filesystem_flags(flags, options.filesystem);
  add_network_flags(flags, options);
  flags.boolean("collector.stat.softirq", options.stat_softirq, "Export softirq calls per vector.");
  flags.list("collector.textfile.directory", options.textfile_directories,
             "Directory to read text files with metrics from, supports glob matching. (repeatable)",
             {.value_name = "DIRECTORY"});
  flags.text("collector.vmstat.fields", options.vmstat_fields,
             "Regexp of fields to return for vmstat collector.");
  add_switches(flags, options);
}

}  // namespace sonde::node
