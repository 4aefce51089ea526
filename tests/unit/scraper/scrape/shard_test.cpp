#include "scraper/scrape/shard.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/unit/common/http_client/scripted_server.h"
#include "tests/unit/scraper/scrape/recording_sink.h"

namespace discovery = sonde::discovery;
namespace scrape = sonde::scrape;
using namespace std::chrono_literals;

TEST_SUITE("scrape/shard") {
  TEST_CASE("a shard stops in the middle of requests and ends unknown loops without harm") {
    sonde::testing::ScriptedServer server([](sonde::testing::Peer& peer) {
      peer.read_request();
      peer.wait_for_end();
    });
    const sonde::SystemClock clock;
    sonde::Logger logger(clock, STDERR_FILENO);
    sonde::Registry registry;
    scrape::ScrapeMetrics metrics(registry);
    scrape::GroupClaims claims;
    sonde::testing::RecordingSink sink;
    auto shard = *scrape::Shard::make(
        {.clock = clock, .logger = logger, .sink = sink, .claims = claims, .metrics = metrics});
    const auto pool = std::make_shared<const scrape::PoolContext>(sonde::config::ScrapeConfig(), false);
    for (uint64_t id = 1; id <= 20; ++id) {
      discovery::Target target;
      target.labels = sonde::Labels{{"instance", std::to_string(id)}};
      target.url = server.url();
      target.interval = 20ms;
      target.timeout = 20s;
      shard->add(pool, target, {.id = id, .server_hash = 0, .forced_error = {}},
                 std::make_shared<scrape::LoopStatus>());
    }
    shard->end(99);
    shard->force_error(99, "x");
    while (server.connections() < 5) std::this_thread::sleep_for(5ms);
    shard->end(3);
    shard->stop();
    shard->stop();
    CHECK(sink.rows() == 0);
  }
}
