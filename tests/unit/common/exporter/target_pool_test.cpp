#include "common/exporter/target_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <optional>
#include <thread>

using sonde::Desc;
using sonde::Ok;
using sonde::Status;
using sonde::exporter::Collector;
using sonde::exporter::MetricSink;
using sonde::exporter::TargetPool;
using sonde::exporter::TargetScrape;
using sonde::exporter::WorkerPool;

namespace {

constexpr Desc kUp{"up", "Up."};
constexpr int64_t kNsPerMs = 1'000'000;

std::atomic<int> hung_count = 0;

// Waits for its gate where it has one.
class Target final : public Collector {
 public:
  explicit Target(std::shared_future<void> gate) : gate_(std::move(gate)) {}
  Status collect(MetricSink& sink) override {
    if (gate_.valid()) {
      ++hung_count;
      gate_.wait();
    }
    sink.sample(kUp, 1);
    return Ok{};
  }

 private:
  std::shared_future<void> gate_;
};

struct Lab {
  sonde::SystemClock clock;
  sonde::Logger logger{clock, -1};
  std::unique_ptr<sonde::loop::EventLoop> loop = std::move(*sonde::loop::EventLoop::make(clock));
  sonde::Registry registry;
  WorkerPool workers{WorkerPool::Limits{.workers_max = 2, .abandoned_max = 2}};
  sonde::http::Server server{*loop, logger, {}};
  sonde::exporter::Context context{.clock = clock,
                                   .logger = logger,
                                   .loop = *loop,
                                   .server = server,
                                   .registry = registry,
                                   .workers = workers};
  TargetPool pool{context};
  int made = 0;
  size_t open_count = 0;

  // The answer comes into `answer`; the loop stops when there is none left to come.
  void scrape(const std::string& key, std::optional<sonde::http::Response>& answer,
              int64_t patience_ms = 10'000, std::shared_future<void> gate = {}) {
    ++open_count;
    TargetScrape wish;
    wish.prepare = [](Collector&) {};
    wish.deadline_monotonic_ns = clock.monotonic_ns() + patience_ms * kNsPerMs;
    wish.down_page = "up 0\n";
    wish.answer = [this, &answer](sonde::http::Response response) {
      answer = std::move(response);
      if (--open_count == 0) loop->stop();
    };
    const auto make = [this, gate = std::move(gate)] {
      ++made;
      return std::make_unique<Target>(gate);
    };
    pool.scrape(key, make, std::move(wish));
  }
};

bool is_up(const std::optional<sonde::http::Response>& answer) {
  return answer && answer->body.find("\nup 1\n") != std::string::npos;
}

}  // namespace

TEST_SUITE("exporter/target_pool") {
  TEST_CASE("a target is made once and scrapes of it come one after the other") {
    Lab lab;
    std::vector<std::optional<sonde::http::Response>> answers(5);
    for (auto& answer : answers) lab.scrape("a", answer);
    lab.loop->run();
    for (const auto& answer : answers) CHECK(is_up(answer));
    CHECK(lab.made == 1);
  }

  TEST_CASE("another key is another target whatever else is equal") {
    Lab lab;
    std::optional<sonde::http::Response> first;
    std::optional<sonde::http::Response> second;
    lab.scrape(std::string("host\0old password", 17), first);
    lab.scrape(std::string("host\0new password", 17), second);
    lab.loop->run();
    CHECK(is_up(first));
    CHECK(is_up(second));
    CHECK(lab.made == 2);
  }

  TEST_CASE("a target that hangs gets its down page and holds up no other") {
    Lab lab;
    std::promise<void> open;
    std::optional<sonde::http::Response> hung;
    std::optional<sonde::http::Response> good;
    const int before = hung_count;
    lab.scrape("hung", hung, 50, open.get_future().share());
    lab.scrape("good", good);
    while (hung_count == before) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    lab.loop->run();
    CHECK(hung->body == "up 0\n");
    CHECK(is_up(good));
    // It is not asked again before it has returned.
    lab.scrape("hung", hung, 10'000);
    lab.loop->run();
    CHECK(hung->body == "up 0\n");
    open.set_value();
  }

  TEST_CASE("more hung targets than there are workers are all answered by their deadlines") {
    Lab lab;
    std::promise<void> open;
    const std::shared_future<void> gate = open.get_future().share();
    std::vector<std::optional<sonde::http::Response>> answers(20);
    const int before = hung_count;
    for (size_t i = 0; i < answers.size(); ++i) lab.scrape(std::to_string(i), answers[i], 50, gate);
    while (hung_count == before) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    lab.loop->run();
    for (const auto& answer : answers) {
      REQUIRE(answer);
      CHECK(answer->body == "up 0\n");
    }
    CHECK_FALSE(lab.workers.end());  // Some hang, and are not waited for.
    open.set_value();
  }

  TEST_CASE("too many scrapes of one target and too many targets are 503") {
    Lab lab;
    std::promise<void> open;
    const std::shared_future<void> gate = open.get_future().share();
    std::vector<std::optional<sonde::http::Response>> waiting(TargetPool::kWaitingMax + 1);
    for (auto& answer : waiting) lab.scrape("a", answer, 50, gate);
    REQUIRE(waiting.back());
    CHECK(waiting.back()->status == 503);
    CHECK(waiting.back()->body == "too many scrapes wait for this target\n");
    std::vector<std::optional<sonde::http::Response>> targets(TargetPool::kTargetsMax);
    for (size_t i = 0; i < targets.size(); ++i) lab.scrape("b" + std::to_string(i), targets[i], 50, gate);
    REQUIRE(targets.back());
    CHECK(targets.back()->status == 503);
    CHECK(targets.back()->body == "all 256 targets are being scraped\n");
    lab.loop->run();
    open.set_value();
  }

  TEST_CASE("targets are made anew after they were forgotten") {
    Lab lab;
    std::optional<sonde::http::Response> before;
    std::optional<sonde::http::Response> after;
    lab.scrape("a", before);
    lab.pool.clear();
    lab.scrape("a", after);
    lab.loop->run();
    CHECK(is_up(before));
    CHECK(is_up(after));
    CHECK(lab.made == 2);
  }
}
