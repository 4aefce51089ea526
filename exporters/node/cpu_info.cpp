#include "exporters/node/cpu_info.h"

#include <array>

#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

struct Field {
  std::string_view title;
  std::string_view CpuInfo::*target;
};
// ARM calls its flags "Features".
constexpr std::array kFields{
    Field{"vendor_id", &CpuInfo::vendor},      Field{"cpu family", &CpuInfo::family},
    Field{"model", &CpuInfo::model},           Field{"model name", &CpuInfo::model_name},
    Field{"microcode", &CpuInfo::microcode},   Field{"stepping", &CpuInfo::stepping},
    Field{"cache size", &CpuInfo::cache_size}, Field{"physical id", &CpuInfo::package},
    Field{"core id", &CpuInfo::core},          Field{"flags", &CpuInfo::flags},
    Field{"Features", &CpuInfo::flags},        Field{"bugs", &CpuInfo::bugs},
};

}  // namespace

void parse_cpu_info(std::string_view text, std::vector<CpuInfo>& cpus) {
  cpus.clear();
  std::string_view line;
  while (next_line(text, line)) {
    const Cut pair = cut(line, ':');
    if (!pair.found) continue;
    const std::string_view title = trim(pair.before);
    const std::string_view value = trim(pair.after);
    if (title == "processor" && parse_unsigned(value)) {
      cpus.emplace_back().processor = value;
      continue;
    }
    if (cpus.empty()) continue;
    if (title == "cpu MHz") cpus.back().megahertz = parse_number(value);
    for (const Field& field : kFields) {
      if (field.title == title) cpus.back().*field.target = value;
    }
  }
}

std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text) {
  std::vector<unsigned> cpus;
  text = trim(text);
  if (text.empty()) return cpus;
  for (const std::string_view part : split(text, ',')) {
    const Cut range = cut(part, '-');
    const auto first = parse_unsigned(range.before);
    const auto last = range.found ? parse_unsigned(range.after) : first;
    if (!first || !last || *first > *last || *last >= kCpusMax) return std::nullopt;
    for (uint64_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<unsigned>(cpu));
  }
  return cpus;
}

}  // namespace sonde::node
