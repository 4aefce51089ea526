#pragma once
// Reads mountinfo: which file systems are mounted where. Owns its strings, because file systems are asked by
// other threads while the file's buffer is reused.

#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "exporters/node/roots.h"

namespace sonde::node {

struct Mount {
  std::string device;
  std::string mount_point;  // as the host knows it, decoded
  std::string type;
  std::string major;
  std::string minor;
  bool read_only = false;
};

// A line is "36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/sda rw,errors=continue".
Result<std::vector<Mount>> parse_mounts(std::string_view text, const Roots& roots);

}  // namespace sonde::node
