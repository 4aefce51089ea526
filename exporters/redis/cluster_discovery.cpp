#include "exporters/redis/cluster_discovery.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "exporters/redis/client.h"
#include "exporters/redis/cluster_slots.h"

namespace sonde::redis {
namespace {

// Blocks until the deadline at the most.
Result<std::vector<std::string>> ask(const Address& address, const Options& options, Patience patience,
                                     const Clock& clock) {
  const auto client = Client::connect(address, options.tls, patience, clock);
  if (!client) return client.error();
  const auto reply = (*client)->command({"CLUSTER", "NODES"});
  if (!reply) return reply.error();
  if (auto good = reply_error(*reply); !good) return good.error();
  std::vector<std::string> targets = read_cluster_nodes(text_of(*reply), options.cluster_discover_hostnames);
  for (std::string& target : targets) target.insert(0, address.tls ? "rediss://" : "redis://");
  return targets;
}

}  // namespace

void ClusterDiscovery::answer(Address address, int64_t deadline_monotonic_ns, http::Responder responder) {
  if (asking_count_ >= kAskingMax) {
    return responder.send(http::text_response(503, "too many discoveries are under way\n"));
  }
  ++asking_count_;
  const Patience patience{.deadline_monotonic_ns = deadline_monotonic_ns,
                          .call = options_.connection_timeout};
  // Shared because a std::function copies what it holds.
  auto held = std::make_shared<http::Responder>(std::move(responder));
  context_.workers.submit([this, address = std::move(address), patience, held = std::move(held)] {
    const auto targets = ask(address, options_, patience, context_.clock);
    --asking_count_;
    if (!targets) {
      const std::string why = "Failed to fetch cluster nodes: " + targets.error().message() + "\n";
      return held->send(http::text_response(500, why));
    }
    http::Response response;
    response.content_type = "application/json";
    response.body = write_discovery(*targets);
    held->send(std::move(response));
  });
}

std::string write_discovery(const std::vector<std::string>& targets) {
  nlohmann::ordered_json group;
  group["targets"] = targets;
  group["labels"] = nlohmann::ordered_json::object();
  const auto list = nlohmann::ordered_json::array({group});
  return list.dump(2, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sonde::redis
