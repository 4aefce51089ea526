#pragma once
// The only place that spells the paths of persisted groups. With --persistence.file=/var/lib/x/groups:
//
//   /var/lib/x/groups              the snapshot
//   /var/lib/x/groups.tmp          the next one, until it is whole
//   /var/lib/x/groups.journal.12   what was pushed after it
//   /var/lib/x/groups.lock         held while a gateway runs
//   /var/lib/x/groups.broken.1     a copy of a file that could not be read whole; never touched again

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/number_text.h"

namespace sonde::pushgateway {

inline std::string journal_path(const std::string& snapshot, uint64_t number) {
  return snapshot + ".journal." + std::to_string(number);
}
inline std::string lock_path(const std::string& snapshot) {
  return snapshot + ".lock";
}
inline std::string broken_path(const std::string& file, uint64_t number) {
  return file + ".broken." + std::to_string(number);
}

// The folder and the name in it; "." for a bare name.
inline std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}
inline std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The number of the journal with this name in the snapshot's folder.
inline std::optional<uint64_t> journal_number(std::string_view snapshot_name, std::string_view name) {
  const std::string prefix = std::string(snapshot_name) + ".journal.";
  if (!name.starts_with(prefix)) return std::nullopt;
  return parse_unsigned(name.substr(prefix.size()));
}

}  // namespace sonde::pushgateway
