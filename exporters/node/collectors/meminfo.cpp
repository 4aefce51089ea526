#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/named_lines.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

// The kernel's names of the fields that the original exports; newer ones are left out, as it does. Sorted by
// name.
constexpr std::array<std::string_view, 51> kFields{"Active",
                                                   "Active(anon)",
                                                   "Active(file)",
                                                   "AnonHugePages",
                                                   "AnonPages",
                                                   "Bounce",
                                                   "Buffers",
                                                   "Cached",
                                                   "CmaFree",
                                                   "CmaTotal",
                                                   "CommitLimit",
                                                   "Committed_AS",
                                                   "DirectMap1G",
                                                   "DirectMap2M",
                                                   "DirectMap4k",
                                                   "Dirty",
                                                   "HardwareCorrupted",
                                                   "HugePages_Free",
                                                   "HugePages_Rsvd",
                                                   "HugePages_Surp",
                                                   "HugePages_Total",
                                                   "Hugepagesize",
                                                   "Inactive",
                                                   "Inactive(anon)",
                                                   "Inactive(file)",
                                                   "KernelStack",
                                                   "Mapped",
                                                   "MemAvailable",
                                                   "MemFree",
                                                   "MemTotal",
                                                   "Mlocked",
                                                   "NFS_Unstable",
                                                   "PageTables",
                                                   "Percpu",
                                                   "SReclaimable",
                                                   "SUnreclaim",
                                                   "Shmem",
                                                   "ShmemHugePages",
                                                   "ShmemPmdMapped",
                                                   "Slab",
                                                   "SwapCached",
                                                   "SwapFree",
                                                   "SwapTotal",
                                                   "Unevictable",
                                                   "VmallocChunk",
                                                   "VmallocTotal",
                                                   "VmallocUsed",
                                                   "Writeback",
                                                   "WritebackTmp",
                                                   "Zswap",
                                                   "Zswapped"};
static_assert(std::ranges::is_sorted(kFields));

constexpr double kBytesPerKilobyte = 1024;  // The kernel's kB are KiB.

// "Active(anon)" is Active_anon_bytes; the counts of huge pages have no unit.
std::string metric_suffix(std::string_view field) {
  std::string out;
  for (const char c : field) {
    if (c == ')') continue;
    out += c == '(' ? '_' : c;
  }
  return field.starts_with("HugePages_") ? out : out + "_bytes";
}

class MeminfoCollector final : public Collector {
 public:
  explicit MeminfoCollector(const CollectorContext& context)
      : buffer_(context.buffer), file_(context.options.roots.proc("meminfo"), KeptFile::Content::OneRecord) {
    for (const std::string_view field : kFields) {
      const std::string suffix = metric_suffix(field);
      descs_.push_back(&store_.make("node_memory_" + suffix, "Memory information field " + suffix + ".",
                                    MetricType::Gauge));
    }
  }

  Status collect(MetricSink& sink) override {
    const auto content = file_.read(buffer_);
    if (!content) return content.error();
    lines_.restart();
    std::string_view rest = *content;
    NamedLines::Line line;  // "MemTotal:       24684084 kB"
    while (lines_.next(rest, line, [this](auto name) { return find(name); })) {
      if (!line.name.ends_with(':') && !line.name.empty()) {
        return Error(ErrorCode::Corrupt, "meminfo: want \"name: value\", got " + quoted(line.name));
      }
      if (!line.desc) continue;
      const auto value = field_number(next_field(line.value));
      const std::string_view unit = next_field(line.value);
      if (!value || (!unit.empty() && unit != "kB")) {
        return Error(ErrorCode::Corrupt, "meminfo: want a number in kB after " + quoted(line.name));
      }
      sink.sample(*line.desc, unit.empty() ? *value : *value * kBytesPerKilobyte);
    }
    return Ok{};
  }

 private:
  // `name` is a field and its colon.
  const Desc* find(std::string_view name) const {
    const std::string_view field = name.substr(0, name.find(':'));
    const auto found = std::ranges::lower_bound(kFields, field);
    if (found == kFields.end() || *found != field) return nullptr;
    return descs_[static_cast<size_t>(found - kFields.begin())];
  }

  ReadBuffer& buffer_;
  KeptFile file_;
  DescStore store_;
  std::vector<const Desc*> descs_;  // parallel to kFields
  NamedLines lines_;
};

}  // namespace

MadeCollector make_meminfo(const CollectorContext& context) {
  return make_collector<MeminfoCollector>(context);
}

}  // namespace sonde::node
