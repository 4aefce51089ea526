#pragma once
// Which node of a cluster holds which keys: the hash slots and the answer of CLUSTER SLOTS. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "exporters/redis/reply.h"

namespace sonde::redis {

inline constexpr uint16_t kSlotCount = 16'384;
inline constexpr size_t kClusterMastersMax = 1'000;

// CRC16 (XMODEM) of the key, or of what stands between its first "{" and the next "}", modulo kSlotCount
// (Redis cluster specification, "Hash tags").
uint16_t key_slot(std::string_view key);

struct ClusterNode {
  std::string host;
  uint16_t port = 0;
  friend bool operator==(const ClusterNode&, const ClusterNode&) = default;
};

// A run of slots that one master serves.
struct SlotRange {
  uint16_t first = 0;
  uint16_t last = 0;
  ClusterNode master;
};

// A node without an address of its own has that of `asked`, the host that was asked.
Result<std::vector<SlotRange>> read_cluster_slots(const Reply& reply, const std::string& asked);

// Addresses "host:port" of all nodes in the answer of CLUSTER NODES, masters and replicas, by the names that
// they announce where they do and `hostnames` asks for it. Lines that are none are left out.
std::vector<std::string> read_cluster_nodes(std::string_view text, bool hostnames);

}  // namespace sonde::redis
