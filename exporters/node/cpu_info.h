#pragma once
// Reads /proc/cpuinfo: one block of "name : value" lines per CPU. Views point into the text.

#include <optional>
#include <string_view>
#include <vector>

namespace sonde::node {

// One CPU; what an architecture does not tell is empty.
struct CpuInfo {
  std::string_view processor;
  std::string_view vendor;
  std::string_view family;
  std::string_view model;
  std::string_view model_name;
  std::string_view microcode;
  std::string_view stepping;
  std::string_view cache_size;
  std::string_view package;
  std::string_view core;
  std::string_view flags;  // with spaces between
  std::string_view bugs;
  std::optional<double> megahertz;
};

void parse_cpu_info(std::string_view text, std::vector<CpuInfo>& cpus);

// "1,3-5,9" as the kernel writes sets of CPUs; what is no such list gives nothing. At most kCpusMax CPUs.
inline constexpr unsigned kCpusMax = 65536;
std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text);

}  // namespace sonde::node
