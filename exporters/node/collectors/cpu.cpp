#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/cpu_info.h"
#include "exporters/node/shared_reads.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

constexpr Desc kSeconds{
    "node_cpu_seconds_total", "Seconds the CPUs spent in each mode.", MetricType::Counter, {"cpu", "mode"}};
constexpr Desc kGuestSeconds{"node_cpu_guest_seconds_total",
                             "Seconds the CPUs spent in guests (VMs) for each mode.",
                             MetricType::Counter,
                             {"cpu", "mode"}};
constexpr Desc kInfo{"node_cpu_info",
                     "CPU information from /proc/cpuinfo.",
                     MetricType::Gauge,
                     {"cachesize", "core", "cpu", "family", "microcode", "model", "model_name", "package",
                      "stepping", "vendor"}};
constexpr Desc kFrequency{"node_cpu_frequency_hertz",
                          "CPU frequency in hertz from /proc/cpuinfo.",
                          MetricType::Gauge,
                          {"core", "cpu", "package"}};
constexpr Desc kFlagInfo{"node_cpu_flag_info",
                         "The `flags` field of CPU information from /proc/cpuinfo taken from the first core.",
                         MetricType::Gauge,
                         {"flag"}};
constexpr Desc kBugInfo{"node_cpu_bug_info",
                        "The `bugs` field of CPU information from /proc/cpuinfo taken from the first core.",
                        MetricType::Gauge,
                        {"bug"}};
constexpr Desc kCoreThrottles{"node_cpu_core_throttles_total",
                              "Number of times this CPU core has been throttled.",
                              MetricType::Counter,
                              {"core", "package"}};
constexpr Desc kPackageThrottles{"node_cpu_package_throttles_total",
                                 "Number of times this CPU package has been throttled.",
                                 MetricType::Counter,
                                 {"package"}};
constexpr Desc kIsolated{"node_cpu_isolated",
                         "Whether each core is isolated, information from /sys/devices/system/cpu/isolated.",
                         MetricType::Gauge,
                         {"cpu"}};
constexpr Desc kOnline{
    "node_cpu_online", "CPUs that are online and being scheduled.", MetricType::Gauge, {"cpu"}};

// The kernel's columns. "user" contains "guest" and "nice" contains "guest_nice"; they are shown as they are.
constexpr std::array<std::string_view, 8> kModes{"user",   "nice", "system",  "idle",
                                                 "iowait", "irq",  "softirq", "steal"};
constexpr size_t kIdle = 3;
constexpr size_t kGuestUser = 8;
constexpr size_t kGuestNice = 9;
constexpr size_t kColumns = 10;
using Seconds = std::array<double, kColumns>;

constexpr double kJiffiesPerSecond = 100;  // USER_HZ, the same on every architecture
// When idle falls by this much, the CPU was taken out and put back and counts from the start.
constexpr double kResetSeconds = 3;

// Times of one CPU that never go back: the kernel corrects idle and iowait downwards now and then, and a
// counter that falls reads as a restart.
struct CpuTimes {
  std::string label;
  Seconds seconds{};
  bool seen = false;

  void update(const Seconds& now) {
    if (seconds[kIdle] - now[kIdle] >= kResetSeconds) seconds = {};
    for (size_t i = 0; i < kColumns; ++i) seconds[i] = std::max(seconds[i], now[i]);
    seen = true;
  }
};

class CpuCollector final : public Collector {
 public:
  CpuCollector(const CollectorContext& context, std::unique_ptr<Pattern> flags, std::unique_ptr<Pattern> bugs)
      : buffer_(context.buffer),
        roots_(context.options.roots),
        stat_(context.shared.stat),
        cpu_info_(roots_.proc("cpuinfo")),
        guest_(context.options.cpu.guest),
        info_(context.options.cpu.info || flags || bugs),
        frequency_(context.cpufreq_enabled),
        flags_(std::move(flags)),
        bugs_(std::move(bugs)) {
    KeptFile isolated(roots_.sys("devices/system/cpu/isolated"));
    const auto list = isolated.attribute(buffer_);
    if (!list) return;
    const auto cpus = parse_cpu_list(*list);
    if (!cpus) {
      context.logger.warn("cannot read the list of isolated CPUs", {{"list", std::string(*list)}});
      return;
    }
    for (const unsigned cpu : *cpus) isolated_.push_back(std::to_string(cpu));
  }

  Status collect(MetricSink& sink) override {
    if (info_) {
      if (auto status = collect_info(sink); !status) return status;
    }
    if (auto status = collect_times(sink); !status) return status;
    for (const std::string& cpu : isolated_) sink.sample(kIsolated, {cpu}, 1);
    collect_throttles(sink);
    for (Online& cpu : online_) {
      const auto online = cpu.file.attribute(buffer_);
      sink.sample(kOnline, {cpu.label}, online && *online == "1" ? 1 : 0);
    }
    return Ok{};
  }

 private:
  Status collect_info(MetricSink& sink) {
    const auto content = cpu_info_.read(buffer_);
    if (!content) return content.error();
    parse_cpu_info(*content, parsed_);
    for (const CpuInfo& cpu : parsed_) {
      sink.sample(kInfo,
                  {cpu.cache_size, cpu.core, cpu.processor, cpu.family, cpu.microcode, cpu.model,
                   cpu.model_name, cpu.package, cpu.stepping, cpu.vendor},
                  1);
      if (frequency_)
        sink.sample(kFrequency, {cpu.core, cpu.processor, cpu.package}, cpu.megahertz.value_or(0) * 1e6);
    }
    if (parsed_.empty()) return Ok{};
    collect_words(parsed_.front().flags, flags_.get(), kFlagInfo, sink);
    collect_words(parsed_.front().bugs, bugs_.get(), kBugInfo, sink);
    return Ok{};
  }

  static void collect_words(std::string_view words, const Pattern* wanted, const Desc& desc,
                            MetricSink& sink) {
    if (!wanted) return;
    for (auto word = next_field(words); !word.empty(); word = next_field(words)) {
      if (wanted->matches(word)) sink.sample(desc, {word}, 1);
    }
  }

  Status collect_times(MetricSink& sink) {
    const auto content = stat_.read();
    if (!content) return content.error();
    if (auto status = parse_times(*content); !status) return status;
    const size_t removed = std::erase_if(cpus_, [](const CpuTimes& cpu) { return !cpu.seen; });
    if (removed > 0 || !scanned_) topology_changed_ = true;
    for (CpuTimes& cpu : cpus_) {
      cpu.seen = false;
      for (size_t i = 0; i < kModes.size(); ++i)
        sink.sample(kSeconds, {cpu.label, kModes[i]}, cpu.seconds[i]);
      if (!guest_) continue;
      sink.sample(kGuestSeconds, {cpu.label, "user"}, cpu.seconds[kGuestUser]);
      sink.sample(kGuestSeconds, {cpu.label, "nice"}, cpu.seconds[kGuestNice]);
    }
    return Ok{};
  }

  Status parse_times(std::string_view rest) {
    std::string_view line;
    size_t position = 0;
    while (next_line(rest, line)) {
      const std::string_view whole = line;
      if (!line.starts_with("cpu")) break;  // CPUs come first; the rest is the stat collector's.
      const std::string_view label = next_field(line).substr(3);
      if (label.empty()) continue;  // The sum of all CPUs: whoever scrapes can sum.
      Seconds now{};
      size_t column = 0;
      for (auto field = next_field(line); !field.empty() && column < kColumns; field = next_field(line)) {
        const auto jiffies = field_number(field);
        if (!jiffies) return Error(ErrorCode::Corrupt, "stat: want numbers, got " + quoted(whole));
        now[column++] = *jiffies / kJiffiesPerSecond;
      }
      if (column == 0 || !parse_unsigned(label)) {
        return Error(ErrorCode::Corrupt, "stat: want a CPU and its times, got " + quoted(whole));
      }
      times_of(label, position++).update(now);
    }
    return Ok{};
  }

  // The kernel lists CPUs in the same order each time; a search is for those that came or went.
  CpuTimes& times_of(std::string_view label, size_t position) {
    if (position < cpus_.size() && cpus_[position].label == label) return cpus_[position];
    const auto found = std::ranges::find(cpus_, label, &CpuTimes::label);
    if (found != cpus_.end()) return *found;
    topology_changed_ = true;
    CpuTimes made;
    made.label = label;
    return *cpus_.insert(cpus_.begin() + static_cast<ptrdiff_t>(std::min(position, cpus_.size())),
                         std::move(made));
  }

  void collect_throttles(MetricSink& sink) {
    if (topology_changed_) scan_topology();
    for (Throttles& throttles : throttles_) {
      const auto count = throttles.file.integer_attribute(buffer_);
      if (!count) continue;
      const auto value = static_cast<double>(*count);
      if (throttles.core.empty()) {
        sink.sample(kPackageThrottles, {throttles.package}, value);
      } else {
        sink.sample(kCoreThrottles, {throttles.core, throttles.package}, value);
      }
    }
  }

  // Which files there are is looked up once and again when a CPU came or went. Siblings share a core's count.
  void scan_topology() {
    topology_changed_ = false;
    scanned_ = true;
    throttles_.clear();
    online_.clear();
    KeptFolder folder(roots_.sys("devices/system/cpu"));
    const auto names = folder.list();
    if (!names) return;
    std::set<std::string> packages;
    std::set<std::pair<std::string, std::string>> cores;
    for (const std::string& name : *names) {
      if (!name.starts_with("cpu") || !parse_unsigned(std::string_view(name).substr(3))) continue;
      const std::string path = folder.path() + "/" + name;
      online_.push_back({.label = name.substr(3), .file = KeptFile(path + "/online")});
      const auto package = KeptFile(path + "/topology/physical_package_id").integer_attribute(buffer_);
      const auto core = KeptFile(path + "/topology/core_id").integer_attribute(buffer_);
      if (!package || !core || *package < 0 || *core < 0) continue;
      const std::string package_label = std::to_string(*package);
      const std::string core_label = std::to_string(*core);
      if (!cores.contains({package_label, core_label}) &&
          add_throttles(path + "/thermal_throttle/core_throttle_count", package_label, core_label)) {
        cores.insert({package_label, core_label});
      }
      if (!packages.contains(package_label) &&
          add_throttles(path + "/thermal_throttle/package_throttle_count", package_label, "")) {
        packages.insert(package_label);
      }
    }
    // Where the first CPU cannot be switched off, the original shows nothing at all.
    if (!online_.empty() && !online_.front().file.attribute(buffer_)) online_.clear();
  }

  bool add_throttles(std::string path, const std::string& package, const std::string& core) {
    KeptFile file(std::move(path));
    if (!file.integer_attribute(buffer_)) return false;
    throttles_.push_back({.package = package, .core = core, .file = std::move(file)});
    return true;
  }

  struct Throttles {
    std::string package;
    std::string core;  // "" for the package's own count
    KeptFile file;
  };
  struct Online {
    std::string label;
    KeptFile file;
  };
  ReadBuffer& buffer_;
  const Roots& roots_;
  SharedFile& stat_;
  KeptFile cpu_info_;
  bool guest_;
  bool info_;
  bool frequency_;
  std::unique_ptr<Pattern> flags_;
  std::unique_ptr<Pattern> bugs_;
  std::vector<std::string> isolated_;
  std::vector<CpuInfo> parsed_;  // Views into buffer_, of the scrape at hand.
  std::vector<CpuTimes> cpus_;
  std::vector<Throttles> throttles_;
  std::vector<Online> online_;
  bool topology_changed_ = false;
  bool scanned_ = false;
};

Result<std::unique_ptr<Pattern>> optional_pattern(std::string_view flag, const std::string& expression) {
  if (expression.empty()) return std::unique_ptr<Pattern>();
  auto pattern = Pattern::make(flag, expression);
  if (!pattern) return pattern.error();
  return std::make_unique<Pattern>(*std::move(pattern));
}

}  // namespace

MadeCollector make_cpu(const CollectorContext& context) {
  const CpuOptions& options = context.options.cpu;
  auto flags = optional_pattern("--collector.cpu.info.flags-include", options.info_flags_include);
  if (!flags) return flags.error();
  auto bugs = optional_pattern("--collector.cpu.info.bugs-include", options.info_bugs_include);
  if (!bugs) return bugs.error();
  return make_collector<CpuCollector>(context, *std::move(flags), *std::move(bugs));
}

}  // namespace sonde::node
