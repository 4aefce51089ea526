#include "common/exporter/build_info.h"

#include "common/core/version.h"

namespace sonde::exporter {
namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = __VERSION__;
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif

#if defined(__x86_64__)
constexpr std::string_view kArchitecture = "amd64";
#elif defined(__aarch64__)
constexpr std::string_view kArchitecture = "arm64";
#elif defined(__riscv)
constexpr std::string_view kArchitecture = "riscv64";
#elif defined(__powerpc64__)
constexpr std::string_view kArchitecture = "ppc64le";
#elif defined(__s390x__)
constexpr std::string_view kArchitecture = "s390x";
#else
constexpr std::string_view kArchitecture = "other";
#endif

// A build from a source archive has no branch and no revision.
constexpr BuildInfo kBuildInfo{.branch = "",
                               .architecture = kArchitecture,
                               .system = "linux",
                               .compiler = kCompiler,
                               .revision = "",
                               .tags = "",
                               .version = kVersion};

}  // namespace

const BuildInfo& build_info() {
  return kBuildInfo;
}

std::string version_text(std::string_view program) {
  const BuildInfo& info = build_info();
  std::string out(program);
  out += ", version " + std::string(info.version);
  out += " (branch: " + std::string(info.branch) + ", revision: " + std::string(info.revision) + ")\n";
  out += "  compiler:         " + std::string(info.compiler) + "\n";
  out += "  platform:         " + std::string(info.system) + "/" + std::string(info.architecture) + "\n";
  return out;
}

}  // namespace sonde::exporter
