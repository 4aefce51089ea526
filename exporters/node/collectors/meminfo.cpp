#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/field_memo.h"
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
    memo_.restart();
    std::string_view rest = *content;
    std::string_view line;
    while (next_line(rest, line)) {
      const std::string_view whole = line;
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos) {
        if (trim(line).empty()) continue;
        return Error(ErrorCode::Corrupt, "meminfo: want \"name: value\", got " + quoted(whole));
      }
      const std::string_view name = line.substr(0, colon);
      const Desc* desc = memo_.next({}, name, [this](auto, auto field) { return find(field); });
      if (!desc) continue;
      line.remove_prefix(colon + 1);
      const auto value = field_number(next_field(line));
      const std::string_view unit = next_field(line);
      if (!value || (!unit.empty() && unit != "kB")) {
        return Error(ErrorCode::Corrupt, "meminfo: want a number in kB, got " + quoted(whole));
      }
      sink.sample(*desc, unit.empty() ? *value : *value * kBytesPerKilobyte);
    }
    return Ok{};
  }

 private:
  const Desc* find(std::string_view field) const {
    const auto found = std::ranges::lower_bound(kFields, field);
    if (found == kFields.end() || *found != field) return nullptr;
    return descs_[static_cast<size_t>(found - kFields.begin())];
  }

  ReadBuffer& buffer_;
  KeptFile file_;
  DescStore store_;
  std::vector<const Desc*> descs_;  // parallel to kFields
  FieldMemo memo_;
};

}  // namespace

MadeCollector make_meminfo(const CollectorContext& context) {
  return make_collector<MeminfoCollector>(context);
}

}  // namespace sonde::node
