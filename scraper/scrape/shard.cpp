#include "scraper/scrape/shard.h"

#include <utility>

namespace sonde::scrape {

Result<std::unique_ptr<Shard>> Shard::make(const Parts& parts) {
  auto event_loop = loop::EventLoop::make(parts.clock);
  if (!event_loop) return event_loop.error();
  std::unique_ptr<Shard> shard(new Shard(parts, std::move(*event_loop)));
  shard->thread_ = std::thread([&loop = *shard->loop_] { loop.run(); });
  return shard;
}

Shard::Shard(const Parts& parts, std::unique_ptr<loop::EventLoop> event_loop)
    : loop_(std::move(event_loop)),
      client_(*loop_, parts.logger),
      shared_{.loop = *loop_,
              .client = client_,
              .sink = parts.sink,
              .claims = parts.claims,
              .metrics = parts.metrics,
              .logger = parts.logger,
              .values = values_,
              .compare = parts.compare} {}

Shard::~Shard() {
  stop();
}

void Shard::add(std::shared_ptr<const PoolContext> pool, discovery::Target target,
                ScrapeLoop::Identity identity, std::shared_ptr<LoopStatus> status) {
  loop_->post([this, pool = std::move(pool), target = std::move(target), identity = std::move(identity),
               status = std::move(status)] {
    auto& loop = loops_[identity.id];
    loop = std::make_unique<ScrapeLoop>(shared_, pool, target, identity, status);
    loop->start();
  });
}

void Shard::force_error(uint64_t loop_id, std::string message) {
  loop_->post([this, loop_id, message = std::move(message)] {
    const auto it = loops_.find(loop_id);
    if (it != loops_.end()) it->second->force_error(message);
  });
}

void Shard::end(uint64_t loop_id) {
  loop_->post([this, loop_id] {
    const auto it = loops_.find(loop_id);
    if (it != loops_.end()) it->second->end([this, loop_id] { loops_.erase(loop_id); });
  });
}

void Shard::stop() {
  if (!thread_.joinable()) return;
  loop_->stop();
  thread_.join();
  loops_.clear();
}

}  // namespace sonde::scrape
