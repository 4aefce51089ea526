#include "exporters/node/udev.h"

#include <algorithm>
#include <array>

#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

struct Property {
  std::string_view name;
  std::string_view UdevProperties::*target;
};

// Sorted by name.
constexpr std::array kProperties{
    Property{"DM_LV_LAYER", &UdevProperties::dm_lv_layer},
    Property{"DM_LV_NAME", &UdevProperties::dm_lv_name},
    Property{"DM_NAME", &UdevProperties::dm_name},
    Property{"DM_UUID", &UdevProperties::dm_uuid},
    Property{"DM_VG_NAME", &UdevProperties::dm_vg_name},
    Property{"ID_ATA", &UdevProperties::ata},
    Property{"ID_ATA_ROTATION_RATE_RPM", &UdevProperties::ata_rotation_rate},
    Property{"ID_ATA_WRITE_CACHE", &UdevProperties::ata_write_cache},
    Property{"ID_ATA_WRITE_CACHE_ENABLED", &UdevProperties::ata_write_cache_enabled},
    Property{"ID_FS_TYPE", &UdevProperties::fs_type},
    Property{"ID_FS_USAGE", &UdevProperties::fs_usage},
    Property{"ID_FS_UUID", &UdevProperties::fs_uuid},
    Property{"ID_FS_VERSION", &UdevProperties::fs_version},
    Property{"ID_MODEL", &UdevProperties::model},
    Property{"ID_PATH", &UdevProperties::path},
    Property{"ID_REVISION", &UdevProperties::revision},
    Property{"ID_SERIAL", &UdevProperties::serial},
    Property{"ID_SERIAL_SHORT", &UdevProperties::short_serial},
    Property{"ID_WWN", &UdevProperties::wwn},
    Property{"SCSI_IDENT_SERIAL", &UdevProperties::scsi_serial},
};
static_assert(std::ranges::is_sorted(kProperties, {}, &Property::name));

}  // namespace

UdevProperties parse_udev(std::string_view text) {
  UdevProperties out;
  std::string_view line;
  while (next_line(text, line)) {
    if (!line.starts_with("E:")) continue;
    const Cut property = cut(line.substr(2), '=');
    const auto found = std::ranges::lower_bound(kProperties, property.before, {}, &Property::name);
    if (found != kProperties.end() && found->name == property.before) out.*found->target = property.after;
  }
  return out;
}

}  // namespace sonde::node
