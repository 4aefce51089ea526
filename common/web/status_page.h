#pragma once
// GET /debug/status, which every binary has: what runs, with which flags, its threads, and where its memory
// is. Plain text for a person who looks at one process; what is to be watched is in /metrics. Secrets are
// hidden. Loop thread.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/http_server/server.h"

namespace sonde::web {

// A part of the program and the memory that it holds, as it counts it itself.
struct MemoryPart {
  std::string name;
  uint64_t size_bytes = 0;
};

struct StatusFacts {
  std::string build;                                       // a line or more, as --version prints it
  std::vector<std::pair<std::string, std::string>> flags;  // names without dashes, values in effect
  std::vector<MemoryPart> memory;
};

struct ThreadFacts {
  int64_t id = 0;
  std::string name;
  char state = '?';  // of proc(5): R, S, D
  double cpu_seconds = 0;
};

// What the kernel and the allocator say of a process; bytes.
struct ProcessFacts {
  std::vector<ThreadFacts> threads;
  uint64_t resident_bytes = 0;
  uint64_t anonymous_bytes = 0;
  uint64_t heap_used_bytes = 0;
  uint64_t heap_free_bytes = 0;
};
// `proc` is "/proc/self"; what cannot be read is left out. The heap is that of the caller.
ProcessFacts read_process_facts(const std::string& proc);

// The value as it may be shown: nothing of a flag whose name says that it is a password, and no user
// information in URLs.
std::string show_flag_value(std::string_view name, std::string_view value);

std::string write_status_page(const StatusFacts& facts, const ProcessFacts& process);

// Below `route_prefix` where the server has none of its own. `facts` is called on the loop's thread.
void serve_status(http::Server& server, std::function<StatusFacts()> facts,
                  const std::string& route_prefix = "");

}  // namespace sonde::web
