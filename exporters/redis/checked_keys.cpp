#include "exporters/redis/checked_keys.h"

#include <algorithm>
#include <vector>

namespace sonde::redis {

Status CheckedKeys::check(std::span<const KeyName> names) {
  for (const HeldKeys& held : by_holder(scrape_, kind_.what, names)) {
    const auto done = read(*held.server, held.database, held.keys);
    if (done) continue;
    if (auto lost = scrape_.lost(*held.server, kind_.what, done.error()); !lost) return lost;
  }
  return Ok{};
}

Status CheckedKeys::check_pattern(const KeyName& pattern) {
  const auto visit = [&](Client& server, const std::vector<Reply>& keys) -> Result<bool> {
    std::vector<std::string_view> names;
    names.reserve(keys.size());
    for (const Reply& key : keys) names.push_back(text_of(key));
    return read(server, pattern.database, names);
  };
  const auto scanned = scan_keys(scrape_, {.what = kind_.what, .name = pattern, .type = kind_.type}, visit);
  return scanned ? Status(Ok{}) : scanned.error();
}

// False when there are too many, or no time for more, or the server refuses the database.
Result<bool> CheckedKeys::read(Client& server, int64_t database, std::span<const std::string_view> names) {
  if (auto selected = server.select(database); !selected) {
    if (selected.error().code() != ErrorCode::InvalidArgument) return selected.error();
    scrape_.leave_out(kind_.what, selected.error().message());
    return false;
  }
  std::vector<std::string_view> fresh;
  const std::string prefix = std::to_string(database) + " ";
  bool is_full = false;
  for (const std::string_view name : names) {
    std::string known = prefix + std::string(name);
    if (seen_.contains(known)) continue;
    is_full = seen_.size() == kCheckedKeysMax;
    if (is_full) break;
    seen_.insert(std::move(known));
    fresh.push_back(name);
  }
  for (size_t at = 0; at < fresh.size(); at += kind_.piece) {
    if (!scrape_.has_time()) {
      scrape_.leave_out(kind_.what, "not all of them in the time of a scrape");
      return false;
    }
    const auto piece = std::span(fresh).subspan(at);
    if (auto done = reader_(server, database, piece.first(std::min(piece.size(), kind_.piece))); !done)
      return done.error();
  }
  if (!is_full) return true;
  scrape_.leave_out(kind_.what,
                    "more than " + std::to_string(kCheckedKeysMax) + " " + std::string(kind_.plural));
  return false;
}

}  // namespace sonde::redis
