#include "exporters/node/roots.h"

namespace sonde::node {

std::string Roots::host(std::string_view path) const {
  if (rootfs == "/") return std::string(path);
  return join(rootfs, path.substr(path.starts_with('/') ? 1 : 0));
}

std::string_view Roots::without_rootfs(std::string_view path) const {
  std::string_view prefix = rootfs;
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.empty() || !path.starts_with(prefix)) return path;
  const std::string_view rest = path.substr(prefix.size());
  if (rest.empty()) return "/";
  return rest.starts_with('/') ? rest : path;
}

std::string Roots::join(std::string_view root, std::string_view name) {
  std::string out(root);
  if (!out.ends_with('/')) out += '/';
  out += name;
  return out;
}

}  // namespace sonde::node
