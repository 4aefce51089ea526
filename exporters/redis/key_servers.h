#pragma once
// Who holds the keys: the server that is scraped, or the masters of its cluster, to which connections are
// opened when a group first needs them and kept between scrapes. One thread.

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/clock.h"
#include "exporters/redis/client.h"
#include "exporters/redis/cluster_slots.h"

namespace sonde::redis {

class KeyServers {
 public:
  // `address` is the scraped server's; its user and password are those of all nodes.
  KeyServers(const Address& address, const TlsClientSettings& tls, const Clock& clock)
      : address_(address), tls_(tls), clock_(clock) {}

  // At the begin of a scrape, with the connection to the scraped server. Nothing is asked yet.
  void begin(Client& own, bool cluster, Patience patience);

  // Finds the masters, once in a scrape. A cluster whose masters cannot all be reached has those that can;
  // each that cannot is described in `unreached`.
  Status find(std::vector<std::string>& unreached);

  // All that hold keys; after find().
  std::span<Client* const> all() const { return all_; }
  // The one that would hold this key; nullptr when it cannot be reached.
  Client* holder(std::string_view key) const;

  // After a failure: its connection is not used again, and it holds nothing in this scrape.
  void drop(Client& server);

  bool is_cluster() const { return cluster_; }

 private:
  struct Range {
    uint16_t first = 0;
    uint16_t last = 0;
    Client* client = nullptr;
  };
  Client* reach(const ClusterNode& node, std::vector<std::string>& unreached);

  const Address& address_;
  const TlsClientSettings& tls_;
  const Clock& clock_;
  Client* own_ = nullptr;
  bool cluster_ = false;
  bool found_ = false;
  Patience patience_;
  std::vector<Client*> all_;
  std::vector<Range> ranges_;
  std::map<std::string, std::unique_ptr<Client>> connections_;  // by "host:port"
};

}  // namespace sonde::redis
