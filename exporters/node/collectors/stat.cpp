#include <array>
#include <string>

#include "exporters/node/collectors.h"
#include "exporters/node/shared_reads.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

// A line of /proc/stat whose first number is a family of its own.
struct Line {
  std::string_view title;
  Desc desc;
};
constexpr std::array kLines{
    Line{"intr", {"node_intr_total", "Total number of interrupts serviced.", MetricType::Counter}},
    Line{"ctxt", {"node_context_switches_total", "Total number of context switches.", MetricType::Counter}},
    Line{"btime", {"node_boot_time_seconds", "Node boot time, in unixtime.", MetricType::Gauge}},
    Line{"processes", {"node_forks_total", "Total number of forks.", MetricType::Counter}},
    Line{"procs_running",
         {"node_procs_running", "Number of processes in runnable state.", MetricType::Gauge}},
    Line{"procs_blocked",
         {"node_procs_blocked", "Number of processes blocked waiting for I/O to complete.",
          MetricType::Gauge}},
};

constexpr Desc kSoftirqs{"node_softirqs_total", "Number of softirq calls.", MetricType::Counter, {"vector"}};
// In the kernel's order, after the total.
constexpr std::array<std::string_view, 10> kVectors{"hi",           "timer",   "net_tx", "net_rx",  "block",
                                                    "block_iopoll", "tasklet", "sched",  "hrtimer", "rcu"};

class StatCollector final : public Collector {
 public:
  explicit StatCollector(const CollectorContext& context)
      : file_(context.shared.stat), softirq_(context.options.stat_softirq) {}

  Status collect(MetricSink& sink) override {
    const auto content = file_.read();
    if (!content) return content.error();
    std::string_view rest = *content;
    std::string_view line;
    bool any = false;
    while (next_line(rest, line)) {
      const std::string_view title = next_field(line);
      if (title.starts_with("cpu")) continue;
      if (title == "softirq" && softirq_) {
        if (auto status = collect_softirqs(line, sink); !status) return status;
      }
      for (const Line& known : kLines) {
        if (known.title != title) continue;
        const auto value = field_number(next_field(line));
        if (!value) return Error(ErrorCode::Corrupt, "stat: want a number after " + quoted(title));
        sink.sample(known.desc, *value);
        any = true;
      }
    }
    if (!any) return Error(ErrorCode::Corrupt, "stat: no known line in " + file_.path());
    return Ok{};
  }

 private:
  static Status collect_softirqs(std::string_view line, MetricSink& sink) {
    next_field(line);  // the total
    for (const std::string_view vector : kVectors) {
      const auto value = field_number(next_field(line));
      if (!value) return Error(ErrorCode::Corrupt, "stat: softirq: want a number for " + std::string(vector));
      sink.sample(kSoftirqs, {vector}, *value);
    }
    return Ok{};
  }

  SharedFile& file_;
  bool softirq_;
};

}  // namespace

MadeCollector make_stat(const CollectorContext& context) {
  return make_collector<StatCollector>(context);
}

}  // namespace sonde::node
