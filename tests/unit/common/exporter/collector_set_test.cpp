#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/exporter/frame.h"

using namespace std::chrono_literals;
using sonde::Desc;
using sonde::Error;
using sonde::ErrorCode;
using sonde::MetricType;
using sonde::Ok;
using sonde::Status;
using sonde::exporter::Collector;
using sonde::exporter::CollectorEntry;
using sonde::exporter::CollectorSet;
using sonde::exporter::MetricSink;

namespace {

constexpr Desc kValue{"x_value", "A value.", MetricType::Gauge, {"of"}};
constexpr Desc kSuccess{"x_success", "Success.", MetricType::Gauge, {"collector"}};

using Body = std::function<Status(MetricSink&)>;

class Scripted final : public Collector {
 public:
  explicit Scripted(Body body, std::function<bool()> may_block = {})
      : body_(std::move(body)), may_block_(std::move(may_block)) {}
  Status collect(MetricSink& sink) override { return body_(sink); }
  bool may_block() override { return may_block_ ? may_block_() : true; }

 private:
  Body body_;
  std::function<bool()> may_block_;
};

// Something that hangs until it is let go.
class Latch {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

Body give(std::string_view name) {
  return [name](MetricSink& sink) -> Status {
    sink.sample(kValue, {name}, 1);
    return Ok{};
  };
}

class Bench {
 public:
  Bench() : logger_(clock_, fd_) {
    auto made = sonde::loop::EventLoop::make(clock_);
    REQUIRE(made);
    loop_ = std::move(*made);
  }
  void add(std::string name, Body body, bool may_block = false) {
    entries_.push_back({std::move(name), std::make_unique<Scripted>(std::move(body)), may_block});
  }
  void add_asked(std::string name, Body body, std::function<bool()> may_block) {
    entries_.push_back(
        {std::move(name), std::make_unique<Scripted>(std::move(body), std::move(may_block)), true});
  }
  CollectorSet& set() {
    if (!set_) {
      set_ = std::make_unique<CollectorSet>(std::move(entries_), CollectorSet::Names{nullptr, &kSuccess},
                                            clock_, logger_, workers_);
    }
    return *set_;
  }
  std::string page(const CollectorSet::Selection& selection = {}, std::chrono::nanoseconds patience = 5s) {
    std::string out;
    set().collect(*loop_, selection, clock_.monotonic_ns() + patience.count(), [&](std::string page) {
      out = std::move(page);
      loop_->stop();
    });
    loop_->run();
    return out;
  }
  sonde::loop::EventLoop& loop() { return *loop_; }
  const sonde::Clock& clock() { return clock_; }

 private:
  sonde::SystemClock clock_;
  int fd_ = -1;  // Log lines go nowhere.
  sonde::Logger logger_;
  std::unique_ptr<sonde::loop::EventLoop> loop_;
  std::vector<CollectorEntry> entries_;
  sonde::exporter::WorkerPool workers_;
  std::unique_ptr<CollectorSet> set_;
};

bool has(const std::string& page, std::string_view line) {
  return page.find(line) != std::string::npos;
}

}  // namespace

TEST_SUITE("exporter/collector_set") {
  TEST_CASE("every collector gives its samples and its success") {
    Bench bench;
    bench.add("a", give("a"));
    bench.add("b", give("b"), true);
    const std::string page = bench.page();
    CHECK(has(page, "x_value{of=\"a\"} 1\n"));
    CHECK(has(page, "x_value{of=\"b\"} 1\n"));
    CHECK(has(page, "x_success{collector=\"a\"} 1\n"));
    CHECK(has(page, "x_success{collector=\"b\"} 1\n"));
  }

  TEST_CASE("a collector that cannot block this time runs on the calling thread") {
    Bench bench;
    bool may_block = false;
    std::thread::id ran_on;
    const Body note_thread = [&](MetricSink&) -> Status {
      ran_on = std::this_thread::get_id();
      return Ok{};
    };
    bench.add_asked("a", note_thread, [&] { return may_block; });
    CHECK(has(bench.page(), "x_success{collector=\"a\"} 1\n"));
    CHECK(ran_on == std::this_thread::get_id());
    may_block = true;
    CHECK(has(bench.page(), "x_success{collector=\"a\"} 1\n"));
    CHECK(ran_on != std::this_thread::get_id());
  }

  TEST_CASE("what came before a failure is served and success is 0") {
    Bench bench;
    bench.add("bad", [](MetricSink& sink) -> Status {
      sink.sample(kValue, {"bad"}, 7);
      return Error(ErrorCode::Corrupt, "broken");
    });
    bench.add("absent", [](MetricSink&) -> Status { return Error(ErrorCode::NotFound, "not here"); });
    const std::string page = bench.page();
    CHECK(has(page, "x_value{of=\"bad\"} 7\n"));
    CHECK(has(page, "x_success{collector=\"bad\"} 0\n"));
    CHECK(has(page, "x_success{collector=\"absent\"} 0\n"));
  }

  TEST_CASE("a selection runs what it names and nothing else") {
    Bench bench;
    bench.add("a", give("a"));
    bench.add("b", give("b"));
    CHECK(has(bench.page({.include = {"a"}}), "collector=\"a\""));
    CHECK_FALSE(has(bench.page({.include = {"a"}}), "\"b\""));
    CHECK_FALSE(has(bench.page({.include = {}, .exclude = {"a"}}), "\"a\""));
    CHECK(bench.page({.include = {}, .exclude = {"a", "b", "unknown"}}).empty());
  }

  TEST_CASE("a wrong selection says what is wrong with it") {
    Bench bench;
    bench.add("a", give("a"));
    bench.set().set_disabled({"off"});
    CHECK(bench.set().check({.include = {"a"}}));
    CHECK(bench.set().check({.include = {}, .exclude = {"whatever"}}));
    CHECK(bench.set().check({.include = {"x"}}).error().message() == "missing collector: x");
    CHECK(bench.set().check({.include = {"off"}}).error().message() == "disabled collector: off");
    CHECK_FALSE(bench.set().check({.include = {"a"}, .exclude = {"a"}}));
  }

  TEST_CASE("a collector that hangs costs only itself and is not started again before it returns") {
    Latch latch;
    std::atomic<int> starts = 0;
    Bench bench;
    bench.add("good", give("good"), true);
    bench.add(
        "hung",
        [&](MetricSink& sink) -> Status {
          ++starts;
          latch.wait();
          sink.sample(kValue, {"hung"}, 1);
          return Ok{};
        },
        true);
    for (int i = 0; i < 3; ++i) {  // Each ends, while the latch stays shut.
      const std::string page = bench.page({}, 200ms);
      CHECK(has(page, "x_value{of=\"good\"} 1\n"));
      CHECK(has(page, "x_success{collector=\"good\"} 1\n"));
      CHECK(has(page, "x_success{collector=\"hung\"} 0\n"));
      CHECK_FALSE(has(page, "of=\"hung\""));
    }
    CHECK(starts == 1);
    latch.open();
    std::string page;
    for (int i = 0; i < 100 && !has(page, "x_success{collector=\"hung\"} 1\n"); ++i) {
      std::this_thread::sleep_for(10ms);
      page = bench.page({}, 50ms);
    }
    CHECK(has(page, "x_value{of=\"hung\"} 1\n"));
    CHECK(starts >= 2);
  }

  TEST_CASE("five hung collectors leave workers for the sixth") {
    const auto latch = std::make_shared<Latch>();  // Abandoned workers outlive this case.
    Bench bench;
    for (const char* name : {"h1", "h2", "h3", "h4", "h5"}) {
      bench.add(
          name,
          [latch](MetricSink&) -> Status {
            latch->wait();
            return Ok{};
          },
          true);
    }
    bench.add("last", give("last"), true);
    // In the first scrape the hung ones hold all workers; from the second on, they are known.
    bench.page({}, 50ms);
    std::string page;
    for (int i = 0; i < 200 && !has(page, "x_success{collector=\"last\"} 1\n"); ++i) {
      page = bench.page({}, 100ms);
      std::this_thread::sleep_for(10ms);
    }
    CHECK(has(page, "x_success{collector=\"last\"} 1\n"));
    latch->open();
  }

  TEST_CASE("scrapes that overlap share the run of a collector that may block") {
    Latch latch;
    std::atomic<int> starts = 0;
    Bench bench;
    bench.add(
        "slow",
        [&](MetricSink& sink) -> Status {
          ++starts;
          latch.wait();
          sink.sample(kValue, {"slow"}, 1);
          return Ok{};
        },
        true);
    int pages = 0;
    for (int i = 0; i < 3; ++i) {
      bench.set().collect(bench.loop(), {}, bench.clock().monotonic_ns() + 5'000'000'000,
                          [&](const std::string& page) {
                            CHECK(has(page, "x_value{of=\"slow\"} 1\n"));
                            if (++pages == 3) bench.loop().stop();
                          });
    }
    latch.open();
    bench.loop().run();
    CHECK(pages == 3);
    CHECK(starts == 1);
  }

  TEST_CASE("a set may end while a collector hangs") {
    const auto latch = std::make_shared<Latch>();
    {
      Bench bench;
      bench.add(
          "hung",
          [latch](MetricSink&) -> Status {
            latch->wait();
            return Ok{};
          },
          true);
      bench.page({}, 20ms);
    }
    latch->open();
    std::this_thread::sleep_for(20ms);
  }

}  // TEST_SUITE
