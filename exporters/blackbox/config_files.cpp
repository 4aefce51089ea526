#include "exporters/blackbox/config_files.h"

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "common/core/text.h"
#include "common/io/file_system.h"
#include "exporters/blackbox/target_settings.h"

namespace sonde::blackbox {
namespace {

constexpr size_t kConfigBytesMax = 16 << 20;
constexpr size_t kFilesMax = 1000;

Result<std::vector<std::string>> find_files(const std::string& file, const std::string& directory) {
  std::vector<std::string> out{file};
  if (directory.empty()) return out;
  auto names = io::real_file_system().list(directory);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (name.starts_with('.') || !(name.ends_with(".yml") || name.ends_with(".yaml"))) continue;
    out.push_back(directory + "/" + name);
  }
  if (out.size() > kFilesMax)
    return Error(ErrorCode::LimitExceeded, directory + ": more than 1000 files of modules");
  return out;
}

}  // namespace

Result<LoadedConfig> load_config(const ConfigPaths& paths) {
  const auto files = find_files(paths.file, paths.modules_directory);
  if (!files) return files.error();
  LoadedConfig out;
  std::map<std::string, std::string> origins;  // module → file
  std::string all;
  for (const std::string& path : *files) {
    auto text = io::read_file(io::real_file_system(), path, kConfigBytesMax);
    if (!text) return text.error();
    all += path + '\0' + *text + '\0';
    Config part;
    if (auto loaded = yaml::load(*text, path, part); !loaded) return loaded.error();
    for (auto& [name, module] : part.modules) {
      const auto [at, added] = origins.emplace(name, path);
      if (!added) {
        return Error(ErrorCode::AlreadyExists,
                     path + ": module " + quoted(name) + " is in " + at->second + " already");
      }
      out.config.modules.emplace(name, std::move(module));
    }
  }
  if (!paths.targets_file.empty()) {
    auto text = io::read_file(io::real_file_system(), paths.targets_file, kConfigBytesMax);
    if (!text) return text.error();
    all += paths.targets_file + '\0' + *text + '\0';
    if (auto read = read_target_settings(*text, paths.targets_file, out.config); !read) return read.error();
  }
  out.checksum = std::hash<std::string>{}(all);
  return out;
}

}  // namespace sonde::blackbox
