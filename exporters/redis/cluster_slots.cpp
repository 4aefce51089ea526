#include "exporters/redis/cluster_slots.h"

#include <algorithm>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::redis {
namespace {

Error bad_slots() {
  return Error(ErrorCode::Corrupt, "an answer of CLUSTER SLOTS that is none");
}

// What decides a key's slot: a tag that is not empty, or all of it.
std::string_view hashed_part(std::string_view key) {
  const size_t open = key.find('{');
  if (open == std::string_view::npos) return key;
  const size_t close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

bool is_within(const Reply& number, int64_t max) {
  return number.kind == Reply::Kind::Integer && number.integer >= 0 && number.integer <= max;
}

}  // namespace

uint16_t key_slot(std::string_view key) {
  uint16_t crc = 0;
  for (const char c : hashed_part(key)) {
    crc = static_cast<uint16_t>(crc ^ (static_cast<unsigned char>(c) << 8));
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = (crc & 0x8000) != 0;
      crc = static_cast<uint16_t>(crc << 1);
      if (carry) crc ^= 0x1021;
    }
  }
  return crc % kSlotCount;
}

// Each item is first slot, last slot, master, replicas …; a node is host, port, …
Result<std::vector<SlotRange>> read_cluster_slots(const Reply& reply, const std::string& asked) {
  if (reply.is_error()) return Error(ErrorCode::Unavailable, reply.text);
  if (!reply.is_list()) return bad_slots();
  std::vector<SlotRange> ranges;
  std::vector<ClusterNode> masters;
  for (const Reply& item : reply.items) {
    const Reply& master = item_of(item, 2);
    const Reply& port = item_of(master, 1);
    const bool whole = is_within(item_of(item, 0), kSlotCount - 1) &&
                       is_within(item_of(item, 1), kSlotCount - 1) && is_within(port, 65'535);
    if (!whole) return bad_slots();
    const std::string_view host = text_of(item_of(master, 0));
    ranges.push_back({.first = static_cast<uint16_t>(item_of(item, 0).integer),
                      .last = static_cast<uint16_t>(item_of(item, 1).integer),
                      .master = {.host = host.empty() || host == "?" ? asked : std::string(host),
                                 .port = static_cast<uint16_t>(port.integer)}});
    const ClusterNode& node = ranges.back().master;
    if (std::ranges::find(masters, node) == masters.end()) masters.push_back(node);
    if (masters.size() > kClusterMastersMax) {
      return Error(ErrorCode::LimitExceeded, "a cluster of too many masters");
    }
  }
  return ranges;
}

// <id> <host:port@bus-port[,hostname[,…]]> <flags> …
std::vector<std::string> read_cluster_nodes(std::string_view text, bool hostnames) {
  std::vector<std::string> nodes;
  for (const std::string_view line : split(text, '\n')) {
    FieldCursor fields(line);
    fields.skip(1);
    const std::string_view field = fields.text();
    const Cut ends = cut(field, '@');
    const size_t colon = ends.before.rfind(':');
    if (fields.failed() || !ends.found || colon == std::string_view::npos || colon == 0) continue;
    const std::string_view port = ends.before.substr(colon + 1);
    if (!parse_unsigned(port)) continue;
    const std::string_view announced = cut(cut(ends.after, ',').after, ',').before;
    const std::string_view host = hostnames && !announced.empty() ? announced : ends.before.substr(0, colon);
    nodes.push_back(std::string(host) + ":" + std::string(port));
  }
  return nodes;
}

}  // namespace sonde::redis
