#pragma once
// What every group of families is: a row of the table in group_list.cpp, and a function in a file of its own
// under groups/ that asks the server and writes samples. A group knows commands and names; the collector does
// connections, deadlines and what becomes of failures. On a worker's thread.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "exporters/redis/client.h"
#include "exporters/redis/families.h"
#include "exporters/redis/group_settings.h"
#include "exporters/redis/info.h"
#include "exporters/redis/key_list.h"
#include "exporters/redis/key_servers.h"
#include "exporters/redis/options.h"

namespace sonde::redis {

// One scrape of one server, as its groups see it.
struct Scrape {
  const Options& options;
  const GroupSettings& settings;
  const KeyChecks& checks;  // the flags', or what the request asked for in their place
  Client& client;
  KeyServers& servers;  // who holds the keys
  const Info& info;
  const Reply& config;  // of CONFIG GET *; no list where the server refuses it
  int64_t database_count = 16;
  int64_t scan_until_monotonic_ns = 0;  // when walks over keys stop, with time left for all else
  Families& out;
  const Clock& clock;
  Logger& logger;
  // The first thing that is missing from the page, "" when it is whole; a constant of the code and names that
  // users gave, as it becomes a label.
  std::string left_out{};

  bool has_time() const { return clock.monotonic_ns() < scan_until_monotonic_ns; }
  // Goes on without it, and says so.
  void leave_out(std::string_view what, std::string_view why);
  // For a server that failed in the middle: the scrape is over when it is the one that is scraped, and goes
  // on without its keys when it is another of the cluster.
  Status lost(Client& server, std::string_view what, const Error& error);
};

struct Group {
  std::string_view name;
  bool (*is_wanted)(const Scrape& scrape);
  // Fails when the connection did; what a server refuses is left out.
  Status (*collect)(Scrape& scrape);
};

// In the order in which they are asked: those that walk over keys come last, when the rest is safe.
std::span<const Group> groups();

}  // namespace sonde::redis
