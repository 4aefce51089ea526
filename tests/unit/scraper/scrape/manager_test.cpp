#include "scraper/scrape/manager.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/common/http_client/scripted_server.h"
#include "tests/unit/scraper/scrape/recording_sink.h"

namespace config = sonde::config;
namespace scrape = sonde::scrape;
using sonde::Labels;
using sonde::testing::Peer;
using sonde::testing::RecordingSink;
using sonde::testing::ScriptedServer;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  sonde::SystemClock clock;
  sonde::Logger logger{clock, STDERR_FILENO};
  sonde::Registry registry;
  RecordingSink sink;
  std::unique_ptr<scrape::ScrapeManager> manager =
      *scrape::ScrapeManager::make({.shard_count = 2, .hostname = "h"}, clock, logger, sink, registry);

  static config::ScrapeConfig job(const std::string& name) {
    config::ScrapeConfig job;
    job.job_name = name;
    job.scrape.interval = 100ms;
    job.scrape.timeout = 100ms;
    job.scrape.protocols = {config::ScrapeProtocol::PrometheusText0_0_4};
    return job;
  }
  static config::TargetGroup group(const std::vector<std::string>& addresses) {
    config::TargetGroup group;
    for (const std::string& address : addresses) group.targets.push_back(Labels{{"__address__", address}});
    group.source = "0";
    return group;
  }
  void apply(const std::vector<config::ScrapeConfig>& jobs) {
    config::Config whole;
    whole.scrape_configs = jobs;
    manager->apply(whole);
  }
  void set_targets(const std::string& job_name, const std::vector<std::string>& addresses) {
    const config::TargetGroup groups[] = {group(addresses)};
    manager->set_targets(job_name, groups);
  }
  template <class Condition>
  void wait(Condition condition) {
    for (int i = 0; i < 500; ++i) {
      if (condition()) return;
      std::this_thread::sleep_for(10ms);
    }
    FAIL("waited in vain");
  }
};

ScriptedServer::Script page(std::string body) {
  return ScriptedServer::replies([body](Peer& peer, const std::string&) { peer.answer("200 OK", body); });
}

std::string up(const std::string& address, const std::string& job) {
  return "up{instance=\"" + address + "\",job=\"" + job + "\"}";
}

}  // namespace

TEST_SUITE("scrape/manager") {
  TEST_CASE("targets come and go by configuration and discovery") {
    ScriptedServer one(page("# HELP a help text\n# TYPE a counter\n# UNIT a seconds\na 1\n"));
    ScriptedServer two(page("b 1\n"));
    Fixture fixture;
    fixture.apply({Fixture::job("j")});
    fixture.set_targets("j", {one.address(), two.address()});
    fixture.set_targets("unknown", {one.address()});
    fixture.wait([&] {
      return fixture.sink.last(up(one.address(), "j")) == 1 && fixture.sink.last(up(two.address(), "j")) == 1;
    });

    const auto targets = fixture.manager->active_targets();
    REQUIRE(targets.size() == 2);
    CHECK(targets[0].scrape_pool == "j");
    CHECK(targets[0].scrape_url.starts_with("http://127.0.0.1:"));
    CHECK(targets[0].labels.get("job") == "j");
    CHECK(targets[0].discovered_labels.get("__scheme__") == "http");
    CHECK(targets[0].scrape_interval == 100ms);
    CHECK(fixture.manager->active_targets("other").empty());
    CHECK(fixture.manager->pools() == std::vector<std::string>{"j"});

    bool found = false;
    for (const auto& target : fixture.manager->metadata()) {
      for (const auto& family : target.families) {
        if (family.metric != "a") continue;
        found = true;
        CHECK(family.help == "help text");
        CHECK(family.type == sonde::MetricType::Counter);
      }
    }
    CHECK(found);

    fixture.set_targets("j", {two.address()});
    CHECK(fixture.manager->active_targets().size() == 1);
    fixture.wait([&] { return !fixture.sink.last(up(one.address(), "j")); });
    CHECK(fixture.sink.last(up(two.address(), "j")) == 1);

    fixture.apply({});
    CHECK(fixture.manager->active_targets().empty());
    fixture.wait([&] { return !fixture.sink.last(up(two.address(), "j")); });
  }

  TEST_CASE("an unchanged job is not disturbed by a reload and a changed one goes on without a gap") {
    ScriptedServer server(page("a 1\n"));
    Fixture fixture;
    fixture.apply({Fixture::job("j")});
    fixture.set_targets("j", {server.address()});
    fixture.wait([&] { return fixture.sink.last(up(server.address(), "j")) == 1; });
    fixture.apply({Fixture::job("j"), Fixture::job("k")});
    CHECK(fixture.manager->active_targets().size() == 1);  // Before discovery speaks again.
    CHECK(server.connections() == 1);

    auto changed = Fixture::job("j");
    changed.scrape.limits.samples = 100;
    fixture.apply({changed});
    fixture.set_targets("j", {server.address()});
    const size_t before = fixture.sink.rows();
    fixture.wait([&] { return fixture.sink.rows() >= before + 5; });
    for (const auto& [time, value] : fixture.sink.samples(up(server.address(), "j"))) CHECK(value == 1);
  }

  TEST_CASE("too many targets fail each one without a request") {
    ScriptedServer one(page("a 1\n"));
    ScriptedServer two(page("a 1\n"));
    Fixture fixture;
    auto job = Fixture::job("j");
    job.scrape.limits.targets = 1;
    fixture.apply({job});
    fixture.set_targets("j", {one.address(), two.address()});
    fixture.wait([&] {
      return fixture.sink.last(up(one.address(), "j")) == 0 && fixture.sink.last(up(two.address(), "j")) == 0;
    });
    CHECK(one.connections() == 0);
    fixture.wait([&] {
      return fixture.manager->active_targets()[0].last_error ==
             "target_limit exceeded (number of targets: 2, limit: 1)";
    });
    fixture.set_targets("j", {one.address()});
    fixture.wait([&] { return fixture.sink.last(up(one.address(), "j")) == 1; });
  }

  TEST_CASE("dropped targets are remembered") {
    Fixture fixture;
    auto job = Fixture::job("j");
    job.relabel_rules.push_back(*config::RelabelRule::make(
        {.source_labels = {"__address__"}, .regex = "drop.*", .action = config::RelabelAction::Drop},
        config::NameValidation::Utf8));
    fixture.apply({job});
    fixture.set_targets("j", {"drop-me:1", "127.0.0.1:1"});
    REQUIRE(fixture.manager->dropped_targets().size() == 1);
    CHECK(fixture.manager->dropped_targets()[0].discovered_labels.get("__address__") == "drop-me:1");
    CHECK(fixture.manager->dropped_target_counts()["j"] == 1);
    CHECK(fixture.manager->active_targets().size() == 1);
  }

  TEST_CASE("the status may be read while everything changes") {
    ScriptedServer server(page("a 1\n"));
    Fixture fixture;
    std::atomic<bool> done{false};
    std::thread reader([&] {
      while (!done) {
        fixture.manager->active_targets();
        fixture.manager->metadata();
        fixture.manager->dropped_targets();
      }
    });
    for (int i = 0; i < 20; ++i) {
      fixture.apply({Fixture::job("j"), Fixture::job("k" + std::to_string(i % 3))});
      fixture.set_targets(
          "j", i % 2 == 0 ? std::vector<std::string>{server.address()} : std::vector<std::string>{});
      std::this_thread::sleep_for(20ms);
    }
    done = true;
    reader.join();
    fixture.manager->stop();
    CHECK(fixture.sink.problems().empty());
  }
}
