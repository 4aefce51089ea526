#include "common/exporter/process_metrics.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <limits>
#include <system_error>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::exporter {
namespace {

constexpr Desc kCpu{"process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
                    MetricType::Counter};
constexpr Desc kOpenFds{"process_open_fds", "Number of open file descriptors."};
constexpr Desc kMaxFds{"process_max_fds", "Maximum number of open file descriptors."};
constexpr Desc kVirtual{"process_virtual_memory_bytes", "Virtual memory size in bytes."};
constexpr Desc kVirtualMax{"process_virtual_memory_max_bytes",
                           "Maximum amount of virtual memory available in bytes."};
constexpr Desc kResident{"process_resident_memory_bytes", "Resident memory size in bytes."};
constexpr Desc kStart{"process_start_time_seconds", "Start time of the process since unix epoch in seconds."};
constexpr Desc kReceived{"process_network_receive_bytes_total",
                         "Number of bytes received by the process over the network.", MetricType::Counter};
constexpr Desc kSent{"process_network_transmit_bytes_total",
                     "Number of bytes sent by the process over the network.", MetricType::Counter};

constexpr size_t kFileBytesMax = 16 * 1024;

// The whole of a small file of /proc, which is made anew by every read from its start.
std::string_view read_again(int fd, std::string& buffer) {
  buffer.resize(kFileBytesMax);
  const ssize_t length = ::pread(fd, buffer.data(), buffer.size(), 0);
  return std::string_view(buffer).substr(0, length < 0 ? 0 : static_cast<size_t>(length));
}

std::string_view line_after(std::string_view text, std::string_view prefix) {
  while (!text.empty()) {
    const Cut lines = cut(text, '\n');
    if (lines.before.starts_with(prefix)) return lines.before.substr(prefix.size());
    text = lines.after;
  }
  return {};
}

double now_seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double soft_limit(__rlimit_resource_t resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return 0;
  return static_cast<double>(limit.rlim_cur);  // Unlimited is 2^64 - 1, as the originals show it.
}

}  // namespace

double boot_time_seconds(const char* stat_path) {
  const int fd = ::open(stat_path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return now_seconds(CLOCK_REALTIME) - now_seconds(CLOCK_BOOTTIME);
  // "btime" stands after a line per processor and one of interrupts, which may be long.
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t length = 0; (length = ::read(fd, piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<size_t>(length));
  }
  ::close(fd);
  FieldCursor fields(line_after(text, "btime "));
  const double seconds = fields.number();
  return fields.failed() ? now_seconds(CLOCK_REALTIME) - now_seconds(CLOCK_BOOTTIME) : seconds;
}

ProcessCollector::ProcessCollector()
    : stat_fd_(::open("/proc/self/stat", O_RDONLY | O_CLOEXEC)),
      fds_fd_(::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      netstat_fd_(::open("/proc/self/net/netstat", O_RDONLY | O_CLOEXEC)),
      boot_time_seconds_(boot_time_seconds()) {}

ProcessCollector::~ProcessCollector() {
  for (const int fd : {stat_fd_, fds_fd_, netstat_fd_}) {
    if (fd >= 0) ::close(fd);
  }
}

Status ProcessCollector::collect(MetricSink& sink) {
  collect_stat(sink);
  sink.sample(kOpenFds, count_open_fds());
  sink.sample(kMaxFds, soft_limit(RLIMIT_NOFILE));
  sink.sample(kVirtualMax, soft_limit(RLIMIT_AS));
  collect_network(sink);
  return Ok{};
}

double ProcessCollector::count_open_fds() const {
  struct stat info {};
  // Linux 6.2 and later say the count as the folder's size.
  if (::fstat(fds_fd_, &info) == 0 && info.st_size > 0) return static_cast<double>(info.st_size);
  double count = 0;
  std::error_code failed;
  for (std::filesystem::directory_iterator next("/proc/self/fd", failed), end; !failed && next != end;
       next.increment(failed)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // Without the one that reads.
}

void ProcessCollector::collect_stat(MetricSink& sink) {
  const std::string_view stat = read_again(stat_fd_, buffer_);
  const size_t name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos) return;
  FieldCursor fields(stat.substr(name_end + 2));
  fields.skip(11);  // state to cmajflt: proc(5)
  const double ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double cpu_ticks = fields.number() + fields.number();
  fields.skip(6);  // cutime to itrealvalue
  const double start_ticks = fields.number();
  const double virtual_bytes = fields.number();
  const double resident_pages = fields.number();
  if (fields.failed()) return;
  sink.sample(kCpu, cpu_ticks / ticks_per_second);
  sink.sample(kStart, boot_time_seconds_ + start_ticks / ticks_per_second);
  sink.sample(kVirtual, virtual_bytes);
  sink.sample(kResident, resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

// The bytes of the whole network namespace: the kernel counts no process's own.
void ProcessCollector::collect_network(MetricSink& sink) {
  std::string_view text = netstat_ ? netstat_() : std::string_view();
  if (text.empty()) text = read_again(netstat_fd_, buffer_);
  const size_t names_at = text.find("IpExt: ");
  if (names_at == std::string_view::npos) return;
  const Cut lines = cut(text.substr(names_at), '\n');
  FieldCursor names(lines.before);
  FieldCursor values(cut(lines.after, '\n').before);
  names.skip(1);
  values.skip(1);
  while (!names.at_end()) {
    const std::string_view name = names.text();
    const double value = values.number();
    if (values.failed()) return;
    if (name == "InOctets") sink.sample(kReceived, value);
    if (name == "OutOctets") sink.sample(kSent, value);
  }
}

}  // namespace sonde::exporter
