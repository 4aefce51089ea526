// The size of the RDB file, looked at on this machine: the server's configuration says where it is.

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr Desc kSize{"redis_rdb_current_size_bytes", "Current RDB file size in bytes"};

}  // namespace

Status collect_rdb_file(Scrape& scrape) {
  const std::string_view folder = text_of(value_of(scrape.config, "dir"));
  const std::string_view name = text_of(value_of(scrape.config, "dbfilename"));
  // The server says what it likes: no other folder than the one it names, and no device.
  const bool plain = !name.empty() && name.find('/') == std::string_view::npos && name != "." && name != "..";
  if (folder.empty() || !plain) return Ok{};
  const std::string path = std::string(folder) + "/" + std::string(name);
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT) {
      scrape.out.sample(kSize, 0);
    } else {
      scrape.leave_out("rdb file", std::strerror(errno));
    }
    return Ok{};
  }
  if (S_ISREG(facts.st_mode)) scrape.out.sample(kSize, static_cast<double>(facts.st_size));
  return Ok{};
}

}  // namespace sonde::redis
