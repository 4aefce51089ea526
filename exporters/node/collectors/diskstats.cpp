#include <sys/stat.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"
#include "exporters/node/udev.h"

namespace sonde::node {
namespace {

constexpr double kSecondsPerTick = 1.0 / 1000.0;
constexpr double kSectorBytes = 512;  // always, whatever the device's own block size is

// The kernel's columns after major, minor and name, in its order. Older kernels have the first 11 or 15.
struct Column {
  double factor;
  Desc desc;
};
constexpr auto kCounter = MetricType::Counter;
constexpr std::array kColumns{
    Column{1,
           {"node_disk_reads_completed_total",
            "The total number of reads completed successfully.",
            kCounter,
            {"device"}}},
    Column{1, {"node_disk_reads_merged_total", "The total number of reads merged.", kCounter, {"device"}}},
    Column{
        kSectorBytes,
        {"node_disk_read_bytes_total", "The total number of bytes read successfully.", kCounter, {"device"}}},
    Column{kSecondsPerTick,
           {"node_disk_read_time_seconds_total",
            "The total number of seconds spent by all reads.",
            kCounter,
            {"device"}}},
    Column{1,
           {"node_disk_writes_completed_total",
            "The total number of writes completed successfully.",
            kCounter,
            {"device"}}},
    Column{1, {"node_disk_writes_merged_total", "The number of writes merged.", kCounter, {"device"}}},
    Column{kSectorBytes,
           {"node_disk_written_bytes_total",
            "The total number of bytes written successfully.",
            kCounter,
            {"device"}}},
    Column{kSecondsPerTick,
           {"node_disk_write_time_seconds_total",
            "This is the total number of seconds spent by all writes.",
            kCounter,
            {"device"}}},
    Column{1,
           {"node_disk_io_now", "The number of I/Os currently in progress.", MetricType::Gauge, {"device"}}},
    Column{kSecondsPerTick,
           {"node_disk_io_time_seconds_total", "Total seconds spent doing I/Os.", kCounter, {"device"}}},
    Column{kSecondsPerTick,
           {"node_disk_io_time_weighted_seconds_total",
            "The weighted # of seconds spent doing I/Os.",
            kCounter,
            {"device"}}},
    Column{1,
           {"node_disk_discards_completed_total",
            "The total number of discards completed successfully.",
            kCounter,
            {"device"}}},
    Column{1,
           {"node_disk_discards_merged_total", "The total number of discards merged.", kCounter, {"device"}}},
    Column{1,
           {"node_disk_discarded_sectors_total",
            "The total number of sectors discarded successfully.",
            kCounter,
            {"device"}}},
    Column{kSecondsPerTick,
           {"node_disk_discard_time_seconds_total",
            "This is the total number of seconds spent by all discards.",
            kCounter,
            {"device"}}},
    Column{1,
           {"node_disk_flush_requests_total",
            "The total number of flush requests completed successfully",
            kCounter,
            {"device"}}},
    Column{kSecondsPerTick,
           {"node_disk_flush_requests_time_seconds_total",
            "This is the total number of seconds spent by all flush requests.",
            kCounter,
            {"device"}}},
};
constexpr size_t kColumnsMin = 11;

constexpr Desc kInfo{
    "node_disk_info",
    "Info of /sys/block/<block_device>.",
    MetricType::Gauge,
    {"device", "major", "minor", "model", "path", "revision", "rotational", "serial", "wwn"}};
constexpr Desc kFilesystemInfo{"node_disk_filesystem_info",
                               "Info about disk filesystem.",
                               MetricType::Gauge,
                               {"device", "type", "usage", "uuid", "version"}};
constexpr Desc kDeviceMapperInfo{"node_disk_device_mapper_info",
                                 "Info about disk device mapper.",
                                 MetricType::Gauge,
                                 {"device", "lv_layer", "lv_name", "name", "uuid", "vg_name"}};
constexpr Desc kAtaWriteCache{
    "node_disk_ata_write_cache", "ATA disk has a write cache.", MetricType::Gauge, {"device"}};
constexpr Desc kAtaWriteCacheEnabled{"node_disk_ata_write_cache_enabled",
                                     "ATA disk has its write cache enabled.",
                                     MetricType::Gauge,
                                     {"device"}};
constexpr Desc kAtaRotationRate{"node_disk_ata_rotation_rate_rpm",
                                "ATA disk rotation rate in RPMs (0 for SSDs).",
                                MetricType::Gauge,
                                {"device"}};

// What is kept of a device between scrapes.
struct Disk {
  Disk(const Roots& roots, std::string_view disk_name, std::string_view disk_major,
       std::string_view disk_minor)
      : name(disk_name),
        major(disk_major),
        minor(disk_minor),
        rotational(roots.sys("block/" + name + "/queue/rotational")),
        udev(roots.udev_data + "/b" + major + ":" + minor) {}

  std::string name;
  std::string major;
  std::string minor;
  bool ignored = false;
  bool has_queue = true;  // partitions have none
  KeptFile rotational;
  KeptFile udev;
};

class DiskstatsCollector final : public Collector {
 public:
  DiskstatsCollector(const CollectorContext& context, DeviceFilter filter)
      : buffer_(context.buffer),
        roots_(context.options.roots),
        file_(roots_.proc("diskstats")),
        filter_(std::move(filter)) {
    struct stat facts {};
    has_udev_ = ::stat(roots_.udev_data.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
    if (!has_udev_) {
      context.logger.warn("cannot open the udev data folder, disks are shown without its properties",
                          {{"path", roots_.udev_data}});
    }
  }

  Status collect(MetricSink& sink) override {
    const auto content = file_.read(buffer_);
    if (!content) return content.error();
    std::string_view rest = *content;
    std::string_view line;
    size_t position = 0;
    while (next_line(rest, line)) {
      const std::string_view whole = line;
      const std::string_view major = next_field(line);
      const std::string_view minor = next_field(line);
      const std::string_view name = next_field(line);
      if (major.empty()) continue;
      if (!parse_unsigned(major) || !parse_unsigned(minor) || name.empty()) {
        return Error(ErrorCode::Corrupt, "diskstats: want major, minor, name, got " + quoted(whole));
      }
      Disk& disk = disk_at(position++, major, minor, name);
      if (disk.ignored) continue;
      if (auto status = collect_disk(disk, line, sink); !status) return status;
    }
    return Ok{};
  }

 private:
  // The kernel lists devices in the same order each time, so what is kept is found by position.
  Disk& disk_at(size_t position, std::string_view major, std::string_view minor, std::string_view name) {
    if (position == disks_.size()) disks_.emplace_back();
    std::unique_ptr<Disk>& disk = disks_[position];
    if (!disk || disk->name != name || disk->major != major || disk->minor != minor) {
      disk = std::make_unique<Disk>(roots_, name, major, minor);
      disk->ignored = filter_.ignores(name);
    }
    return *disk;
  }

  Status collect_disk(Disk& disk, std::string_view line, MetricSink& sink) {
    std::array<double, kColumns.size()> values{};
    size_t count = 0;
    for (auto field = next_field(line); !field.empty() && count < kColumns.size(); field = next_field(line)) {
      const auto value = field_number(field);
      if (!value)
        return Error(ErrorCode::Corrupt, "diskstats: " + disk.name + ": want numbers, got " + quoted(field));
      values[count++] = *value;
    }
    if (count < kColumnsMin) return Ok{};  // a partition of a kernel of long ago
    collect_properties(disk, sink);
    for (size_t i = 0; i < count; ++i) {
      sink.sample(kColumns[i].desc, {disk.name}, values[i] * kColumns[i].factor);
    }
    return Ok{};
  }

  void collect_properties(Disk& disk, MetricSink& sink) {
    std::string_view rotational = "0";
    if (disk.has_queue) {
      const auto flag = disk.rotational.integer_attribute(details_);
      if (flag && *flag == 1) rotational = "1";
      disk.has_queue = flag.has_value();
    }
    UdevProperties udev;
    if (has_udev_) {
      if (const auto text = disk.udev.read(details_)) udev = parse_udev(*text);
    }
    sink.sample(kInfo,
                {disk.name, disk.major, disk.minor, udev.model, udev.path, udev.revision, rotational,
                 udev.printed_serial(), udev.wwn},
                1);
    if (!udev.fs_type.empty()) {
      sink.sample(kFilesystemInfo, {disk.name, udev.fs_type, udev.fs_usage, udev.fs_uuid, udev.fs_version},
                  1);
    }
    if (!udev.dm_name.empty()) {
      sink.sample(kDeviceMapperInfo,
                  {disk.name, udev.dm_lv_layer, udev.dm_lv_name, udev.dm_name, udev.dm_uuid, udev.dm_vg_name},
                  1);
    }
    if (udev.ata.empty()) return;
    collect_number(kAtaWriteCache, disk, udev.ata_write_cache, sink);
    collect_number(kAtaWriteCacheEnabled, disk, udev.ata_write_cache_enabled, sink);
    collect_number(kAtaRotationRate, disk, udev.ata_rotation_rate, sink);
  }

  static void collect_number(const Desc& desc, const Disk& disk, std::string_view text, MetricSink& sink) {
    if (const auto value = parse_number(text)) sink.sample(desc, {disk.name}, *value);
  }

  ReadBuffer& buffer_;
  ReadBuffer details_;  // of one device, while buffer_ holds the list
  const Roots& roots_;
  KeptFile file_;
  DeviceFilter filter_;
  bool has_udev_ = false;
  std::vector<std::unique_ptr<Disk>> disks_;
};

}  // namespace

MadeCollector make_diskstats(const CollectorContext& context) {
  auto filter = DeviceFilter::make(context.options.diskstats_devices, context.logger);
  if (!filter) return filter.error();
  return make_collector<DiskstatsCollector>(context, *std::move(filter));
}

}  // namespace sonde::node
