#include <array>
#include <charconv>
#include <string>

#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

// A column of /proc/net/softnet_stat; older kernels have fewer and then it counts as 0.
struct Column {
  size_t index;
  Desc desc;
};
constexpr std::array kColumns{
    Column{0, {"node_softnet_processed_total", "Number of processed packets", MetricType::Counter, {"cpu"}}},
    Column{1, {"node_softnet_dropped_total", "Number of dropped packets", MetricType::Counter, {"cpu"}}},
    Column{2,
           {"node_softnet_times_squeezed_total",
            "Number of times processing packets ran out of quota",
            MetricType::Counter,
            {"cpu"}}},
    Column{8,
           {"node_softnet_cpu_collision_total",
            "Number of collision occur while obtaining device lock while transmitting",
            MetricType::Counter,
            {"cpu"}}},
    Column{9,
           {"node_softnet_received_rps_total",
            "Number of times cpu woken up received_rps",
            MetricType::Counter,
            {"cpu"}}},
    Column{10,
           {"node_softnet_flow_limit_count_total",
            "Number of times flow limit has been reached",
            MetricType::Counter,
            {"cpu"}}},
    Column{11, {"node_softnet_backlog_len", "Softnet backlog status", MetricType::Gauge, {"cpu"}}},
};
constexpr size_t kCpuColumn = 12;
constexpr size_t kColumnsMin = 9;
constexpr size_t kColumnsMax = 16;

class SoftnetCollector final : public Collector {
 public:
  explicit SoftnetCollector(const CollectorContext& context)
      : buffer_(context.buffer), file_(context.options.roots.proc("net/softnet_stat")) {}

  Status collect(MetricSink& sink) override {
    const auto content = file_.read(buffer_);
    if (!content) return content.error();
    std::string_view rest = *content;
    std::string_view line;
    for (uint64_t row = 0; next_line(rest, line); ++row) {
      if (auto status = collect_row(line, row, sink); !status) return status;
    }
    return Ok{};
  }

 private:
  Status collect_row(std::string_view line, uint64_t row, MetricSink& sink) {
    const std::string_view whole = line;
    std::array<uint64_t, kColumnsMax> values{};
    size_t count = 0;
    for (; count < kColumnsMax; ++count) {
      const std::string_view field = next_field(line);
      if (field.empty()) break;
      const char* end = field.data() + field.size();
      const auto [stopped, failure] = std::from_chars(field.data(), end, values[count], 16);
      if (failure != std::errc{} || stopped != end) {
        return Error(ErrorCode::Corrupt, "softnet_stat: want hexadecimal columns, got " + quoted(whole));
      }
    }
    if (count < kColumnsMin) {
      return Error(ErrorCode::Corrupt, "softnet_stat: want 9 columns or more, got " + quoted(whole));
    }
    // Rows of offline CPUs are left out by the kernel, so the row number alone would be wrong.
    cpu_.clear();
    append_unsigned(cpu_, count > kCpuColumn ? values[kCpuColumn] : row);
    for (const Column& column : kColumns) {
      sink.sample(column.desc, {cpu_}, static_cast<double>(values[column.index]));
    }
    return Ok{};
  }

  ReadBuffer& buffer_;
  KeptFile file_;
  std::string cpu_;
};

}  // namespace

MadeCollector make_softnet(const CollectorContext& context) {
  return make_collector<SoftnetCollector>(context);
}

}  // namespace sonde::node
