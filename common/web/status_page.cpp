#include "common/web/status_page.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/io/file_system.h"

namespace sonde::web {
namespace {

constexpr std::string_view kHidden = "<secret>";
constexpr size_t kThreadsMax = 1000;
constexpr uint64_t kFileBytesMax = 64 * 1024;
// Of /proc/PID/stat: proc(5) numbers the state 3, utime 14 and stime 15.
constexpr size_t kFieldsBetweenStateAndTime = 10;

// "" when it cannot be read: a thread may have ended.
std::string read_text(const std::string& path) {
  auto text = io::read_file(io::real_file_system(), path, kFileBytesMax);
  return text ? *std::move(text) : std::string();
}

// "Rss:    1234 kB"
uint64_t kib_line(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const Cut lines = cut(text, '\n');
    if (lines.before.starts_with(name)) {
      FieldCursor fields(lines.before.substr(name.size()));
      const double kib = fields.number();
      return fields.failed() ? 0 : static_cast<uint64_t>(kib) * 1024;
    }
    text = lines.after;
  }
  return 0;
}

std::optional<ThreadFacts> read_thread(const std::string& folder, std::string_view id) {
  const std::string text = read_text(folder + "/stat");
  const size_t begin = text.find('(');
  const size_t end = text.rfind(')');  // A name may hold one.
  if (begin == std::string::npos || end == std::string::npos) return std::nullopt;
  ThreadFacts out;
  out.id = static_cast<int64_t>(parse_unsigned(id).value_or(0));
  out.name = text.substr(begin + 1, end - begin - 1);
  FieldCursor fields(std::string_view(text).substr(end + 1));
  const std::string_view state = fields.text();
  if (!state.empty()) out.state = state.front();
  fields.skip(kFieldsBetweenStateAndTime);
  const double ticks = fields.number() + fields.number();
  if (fields.failed()) return std::nullopt;
  out.cpu_seconds = ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return out;
}

void append_row(std::string& out, std::string_view name, uint64_t size_bytes) {
  std::array<char, 32> number{};
  const int length =
      std::snprintf(number.data(), number.size(), "%14llu  ", static_cast<unsigned long long>(size_bytes));
  out.append(number.data(), static_cast<size_t>(length)).append(name).append("\n");
}

}  // namespace

ProcessFacts read_process_facts(const std::string& proc) {
  ProcessFacts out;
  const std::string rollup = read_text(proc + "/smaps_rollup");
  out.resident_bytes = kib_line(rollup, "Rss:");
  out.anonymous_bytes = kib_line(rollup, "Anonymous:");
  std::error_code failed;
  // A loop over the range would throw where going on fails.
  for (std::filesystem::directory_iterator at(proc + "/task", failed), end;
       !failed && at != end && out.threads.size() < kThreadsMax; at.increment(failed)) {
    if (auto thread = read_thread(at->path(), at->path().filename().string())) {
      out.threads.push_back(*std::move(thread));
    }
  }
  std::ranges::sort(out.threads, {}, &ThreadFacts::id);
  const struct mallinfo2 heap = ::mallinfo2();
  out.heap_used_bytes = heap.uordblks + heap.hblkhd;
  out.heap_free_bytes = heap.fordblks;
  return out;
}

std::string show_flag_value(std::string_view name, std::string_view value) {
  for (const std::string_view word : {"password", "secret", "token"}) {
    // A file's name is no secret.
    if (name.find(word) != std::string_view::npos && !name.ends_with("file")) {
      return std::string(value.empty() ? value : kHidden);
    }
  }
  const size_t scheme = value.find("://");
  if (scheme == std::string_view::npos) return std::string(value);
  // A password may hold anything, so the last one ends it.
  const size_t at = value.rfind('@');
  if (at == std::string_view::npos || at < scheme) return std::string(value);
  return std::string(value.substr(0, scheme + 3)) + std::string(kHidden) + std::string(value.substr(at));
}

std::string write_status_page(const StatusFacts& facts, const ProcessFacts& process) {
  std::string out = facts.build;
  if (!out.ends_with('\n')) out += '\n';
  out += "\nflags in effect\n";
  for (const auto& [name, value] : facts.flags)
    out += "  --" + name + "=" + show_flag_value(name, value) + "\n";
  out += "\nmemory, bytes\n";
  append_row(out, "resident", process.resident_bytes);
  append_row(out, "anonymous, of them", process.anonymous_bytes);
  append_row(out, "heap in use", process.heap_used_bytes);
  append_row(out, "heap kept free", process.heap_free_bytes);
  for (const MemoryPart& part : facts.memory) append_row(out, part.name, part.size_bytes);
  out += "\nthreads: id, state, CPU seconds, name\n";
  for (const ThreadFacts& thread : process.threads) {
    std::array<char, 64> numbers{};
    const int length = std::snprintf(numbers.data(), numbers.size(), "%8lld %c %10.2f  ",
                                     static_cast<long long>(thread.id), thread.state, thread.cpu_seconds);
    out.append(numbers.data(), static_cast<size_t>(length)).append(thread.name).append("\n");
  }
  return out;
}

void serve_status(http::Server& server, std::function<StatusFacts()> facts, const std::string& route_prefix) {
  server.route("GET", route_prefix + "/debug/status",
               [facts = std::move(facts)](const http::Request&, http::Responder responder) {
                 responder.send(
                     http::text_response(200, write_status_page(facts(), read_process_facts("/proc/self"))));
               });
}

}  // namespace sonde::web
