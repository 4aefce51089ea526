#pragma once
// Where the host's file systems are seen from (--path.procfs and its siblings), and the names of files below
// them. A host seen from a container has its root somewhere else; labels show the path as the host knows it.

#include <string>
#include <string_view>

namespace sonde::node {

struct Roots {
  std::string procfs = "/proc";
  std::string sysfs = "/sys";
  std::string rootfs = "/";
  std::string udev_data = "/run/udev/data";

  std::string proc(std::string_view name) const { return join(procfs, name); }
  std::string sys(std::string_view name) const { return join(sysfs, name); }
  // Where the host's absolute `path` is found from here.
  std::string host(std::string_view path) const;
  // The other way: "/host/var" is "/var" where the root is "/host"; the root itself is "/".
  std::string_view without_rootfs(std::string_view path) const;

 private:
  static std::string join(std::string_view root, std::string_view name);
};

}  // namespace sonde::node
