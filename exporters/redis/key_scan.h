#pragma once
// Walks over keys by SCAN, a batch at a time, for as long as the scrape has time. On a worker's thread.

#include <functional>
#include <string_view>
#include <vector>

#include "exporters/redis/group.h"

namespace sonde::redis {

// Keys that are looked at one by one in a scrape: each becomes samples.
inline constexpr size_t kCheckedKeysMax = 100'000;
// Commands that are sent before answers are read.
inline constexpr size_t kPipelinedKeys = 500;

// Finds the servers that hold the keys and says which of them cannot be reached.
Status find_key_servers(Scrape& scrape, std::string_view what);

// Gets the keys of one batch, which may be none; false ends the walk.
using KeyVisitor = std::function<Result<bool>(Client& server, const std::vector<Reply>& keys)>;

struct ScanWish {
  std::string_view what;  // for messages: "keys"
  const KeyName& name;    // the pattern and its database
  // Only keys of this type, where the server can tell (since Redis 6.0); "" for all.
  std::string_view type = {};
};

// Gives the matching keys of all servers to `visit`. True when all were seen; otherwise the scrape says what
// is left out. A server may name a key twice.
Result<bool> scan_keys(Scrape& scrape, const ScanWish& wish, const KeyVisitor& visit);

// Keys with the connections to their servers, for calls that take many.
struct HeldKeys {
  Client* server = nullptr;
  int64_t database = 0;
  std::vector<std::string_view> keys;
};

// Names taken apart by who holds them, in pieces of at most kPipelinedKeys; what nobody holds is left out.
std::vector<HeldKeys> by_holder(Scrape& scrape, std::string_view what, std::span<const KeyName> names);

}  // namespace sonde::redis
