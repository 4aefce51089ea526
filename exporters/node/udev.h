#pragma once
// Reads a device's entry of udev's database (/run/udev/data/b8:0): lines "E:ID_MODEL=…". Views point into the
// text.

#include <string_view>

namespace sonde::node {

// The properties that a collector shows; "" where udev has none.
struct UdevProperties {
  std::string_view model;
  std::string_view path;
  std::string_view revision;
  std::string_view scsi_serial;
  std::string_view short_serial;
  std::string_view serial;
  std::string_view wwn;
  std::string_view fs_type;
  std::string_view fs_usage;
  std::string_view fs_uuid;
  std::string_view fs_version;
  std::string_view dm_lv_layer;
  std::string_view dm_lv_name;
  std::string_view dm_name;
  std::string_view dm_uuid;
  std::string_view dm_vg_name;
  std::string_view ata;
  std::string_view ata_write_cache;
  std::string_view ata_write_cache_enabled;
  std::string_view ata_rotation_rate;

  // The one that is printed on the disk, as far as udev knows it; virtio disks have only the last.
  std::string_view printed_serial() const {
    if (!scsi_serial.empty()) return scsi_serial;
    return short_serial.empty() ? serial : short_serial;
  }
};

UdevProperties parse_udev(std::string_view text);

}  // namespace sonde::node
