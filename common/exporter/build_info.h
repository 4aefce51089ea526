#pragma once
// What this build is: --version, NAME_build_info.

#include <string>
#include <string_view>

namespace sonde::exporter {

// The values of the seven labels of every NAME_build_info.
struct BuildInfo {
  std::string_view branch;
  std::string_view architecture;
  std::string_view system;
  std::string_view compiler;  // where the originals say which Go
  std::string_view revision;
  std::string_view tags;
  std::string_view version;
};
const BuildInfo& build_info();

// "sonde-x, version 0.1.0 (branch: …, revision: …)" and its details, as --version prints it.
std::string version_text(std::string_view program);

}  // namespace sonde::exporter
