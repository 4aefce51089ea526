#include "exporters/redis/key_servers.h"

#include <algorithm>
#include <utility>

#include "exporters/redis/address.h"

namespace sonde::redis {

void KeyServers::begin(Client& own, bool cluster, Patience patience) {
  own_ = &own;
  cluster_ = cluster;
  patience_ = patience;
  found_ = false;
  all_.clear();
  ranges_.clear();
  for (const auto& [name, client] : connections_) client->set_patience(patience);
}

Status KeyServers::find(std::vector<std::string>& unreached) {
  if (found_) return Ok{};
  found_ = true;
  if (!cluster_) {
    all_ = {own_};
    return Ok{};
  }
  const auto reply = own_->command({"CLUSTER", "SLOTS"});
  if (!reply) return reply.error();
  const auto ranges = read_cluster_slots(*reply, address_.host);
  if (!ranges) {
    unreached.push_back(ranges.error().message());
    return Ok{};
  }
  std::map<std::string, Client*> reached;
  for (const SlotRange& range : *ranges) {
    const std::string name = range.master.host + ":" + std::to_string(range.master.port);
    const auto [at, is_new] = reached.try_emplace(name, nullptr);
    if (is_new) at->second = reach(range.master, unreached);
    if (is_new && at->second != nullptr) all_.push_back(at->second);
    ranges_.push_back({.first = range.first, .last = range.last, .client = at->second});
  }
  // Nodes that have left the cluster, or became replicas.
  std::erase_if(connections_, [&](const auto& entry) { return !reached.contains(entry.first); });
  return Ok{};
}

Client* KeyServers::reach(const ClusterNode& node, std::vector<std::string>& unreached) {
  if (address_.socket.empty() && node.host == address_.host && node.port == address_.port) return own_;
  Address address = address_;
  address.socket.clear();
  address.host = node.host;
  address.port = node.port;
  address.database = 0;
  const std::string name = node.host + ":" + std::to_string(node.port);
  const auto kept = connections_.find(name);
  if (kept != connections_.end()) {
    if (kept->second->command({"PING"})) return kept->second.get();
    connections_.erase(kept);
  }
  auto opened = Client::connect(address, tls_, patience_, clock_);
  if (!opened) {
    unreached.push_back(write_address(address));
    return nullptr;
  }
  return connections_.emplace(name, std::move(*opened)).first->second.get();
}

Client* KeyServers::holder(std::string_view key) const {
  if (!cluster_) return own_;
  const uint16_t slot = key_slot(key);
  const auto range = std::ranges::find_if(
      ranges_, [slot](const Range& each) { return slot >= each.first && slot <= each.last; });
  return range == ranges_.end() ? nullptr : range->client;
}

void KeyServers::drop(Client& server) {
  std::erase(all_, &server);
  for (Range& range : ranges_) {
    if (range.client == &server) range.client = nullptr;
  }
  // Kept until the next find(): somebody may still refer to it.
  server.give_up();
}

}  // namespace sonde::redis
