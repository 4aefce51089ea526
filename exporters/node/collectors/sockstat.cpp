#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/field_memo.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

constexpr Desc kSocketsUsed{"node_sockstat_sockets_used", "Number of IPv4 sockets in use."};

// What the kernel counts per protocol. "mem" is in pages, "memory" in bytes.
constexpr std::array<std::string_view, 6> kStates{"alloc", "inuse", "mem", "memory", "orphan", "tw"};

class SockstatCollector final : public Collector {
 public:
  explicit SockstatCollector(const CollectorContext& context)
      : buffer_(context.buffer),
        files_{KeptFile(context.options.roots.proc("net/sockstat"), KeptFile::Content::OneRecord),
               KeptFile(context.options.roots.proc("net/sockstat6"), KeptFile::Content::OneRecord)},
        page_bytes_(static_cast<double>(::sysconf(_SC_PAGESIZE))) {}

  Status collect(MetricSink& sink) override {
    memo_.restart();
    for (KeptFile& file : files_) {
      const auto content = file.read(buffer_);
      if (!content && content.error().code() == ErrorCode::NotFound)
        continue;  // IPv4 or IPv6 is switched off.
      if (!content) return content.error();
      if (auto status = collect_file(*content, sink); !status) return status.error().in(file.path());
    }
    return Ok{};
  }

 private:
  Status collect_file(std::string_view rest, MetricSink& sink) {
    std::string_view line;  // "TCP: inuse 4 orphan 0 tw 4 alloc 17 mem 1"
    while (next_line(rest, line)) {
      const std::string_view whole = line;
      const std::string_view title = next_field(line);
      if (title.empty()) continue;
      if (!title.ends_with(':')) return Error(ErrorCode::Corrupt, "want a protocol, got " + quoted(whole));
      const std::string_view protocol = title.substr(0, title.size() - 1);
      while (true) {
        const std::string_view state = next_field(line);
        if (state.empty()) break;
        const auto value = field_number(next_field(line));
        if (!value) return Error(ErrorCode::Corrupt, "want pairs of names and numbers, got " + quoted(whole));
        add(protocol, state, *value, sink);
      }
    }
    return Ok{};
  }

  void add(std::string_view protocol, std::string_view state, double value, MetricSink& sink) {
    const auto find = [this](auto group, auto name) { return make(group, name); };
    if (const Desc* desc = memo_.next(protocol, state, find)) sink.sample(*desc, value);
    if (state != "mem") return;
    if (const Desc* desc = memo_.next(protocol, "mem_bytes", find)) sink.sample(*desc, value * page_bytes_);
  }

  const Desc* make(std::string_view protocol, std::string_view state) {
    if (protocol == "sockets") return state == "used" ? &kSocketsUsed : nullptr;
    if (state != "mem_bytes" && std::ranges::find(kStates, state) == kStates.end()) return nullptr;
    const std::string name(protocol);
    const std::string field(state);
    return &store_.make("node_sockstat_" + name + "_" + field,
                        "Number of " + name + " sockets in state " + field + ".", MetricType::Gauge);
  }

  ReadBuffer& buffer_;
  std::array<KeptFile, 2> files_;
  double page_bytes_;
  DescStore store_;
  FieldMemo memo_;
};

}  // namespace

MadeCollector make_sockstat(const CollectorContext& context) {
  return make_collector<SockstatCollector>(context);
}

}  // namespace sonde::node
