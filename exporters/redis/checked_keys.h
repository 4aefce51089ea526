#pragma once
// Keys that one scrape looks at one by one, each once, by their names or found by a walk: what groups of
// single keys and of single streams share. On a worker's thread.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

#include "exporters/redis/key_scan.h"

namespace sonde::redis {

class CheckedKeys {
 public:
  struct Kind {
    std::string_view what;          // the flag, for messages
    std::string_view plural;        // "keys"
    std::string_view type = {};     // of the keys to walk over, as TYPE says it; "" for all
    size_t piece = kPipelinedKeys;  // so many at a time
  };
  // Gets at most `piece` keys; their database is selected.
  using Reader =
      std::function<Status(Client& server, int64_t database, std::span<const std::string_view> keys)>;

  CheckedKeys(Scrape& scrape, Kind kind, Reader reader)
      : scrape_(scrape), kind_(kind), reader_(std::move(reader)) {}

  // A server that fails is dropped and the scrape says so; an error is that of the scrape's own server.
  Status check(std::span<const KeyName> names);
  Status check_pattern(const KeyName& pattern);

 private:
  Result<bool> read(Client& server, int64_t database, std::span<const std::string_view> names);

  Scrape& scrape_;
  const Kind kind_;
  const Reader reader_;
  std::unordered_set<std::string> seen_;  // "3 name"
};

}  // namespace sonde::redis
