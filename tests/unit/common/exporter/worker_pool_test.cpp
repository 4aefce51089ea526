#include "common/exporter/worker_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using sonde::exporter::WorkerPool;

TEST_SUITE("exporter/worker_pool") {
  TEST_CASE("no more jobs run side by side than there may be workers") {
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    std::atomic<int> done = 0;
    WorkerPool pool;
    for (int i = 0; i < 40; ++i) {
      pool.submit([&] {
        most = std::max(most.load(), ++running);
        std::this_thread::sleep_for(1ms);
        --running;
        ++done;
      });
    }
    for (int i = 0; i < 500 && done < 40; ++i) std::this_thread::sleep_for(5ms);
    CHECK(done == 40);
    CHECK(most <= static_cast<int>(WorkerPool::Limits{}.workers_max));
  }

  TEST_CASE("an abandoned worker is replaced for as long as few are abandoned") {
    std::promise<void> open;
    const std::shared_future<void> gate = open.get_future().share();
    std::atomic<int> started = 0;
    WorkerPool pool;
    std::vector<WorkerPool::JobId> jobs;
    for (int i = 0; i < 12; ++i) {
      jobs.push_back(pool.submit([&started, gate] {
        ++started;
        gate.wait();
      }));
    }
    const auto settle = [&](int count) {
      for (int i = 0; i < 200 && started < count; ++i) std::this_thread::sleep_for(5ms);
      std::this_thread::sleep_for(20ms);
      return started.load();
    };
    CHECK(settle(4) == 4);
    int abandoned = 0;
    for (const WorkerPool::JobId job : jobs)
      abandoned += pool.abandon(job) == WorkerPool::Abandoned::Running ? 1 : 0;
    // Each was abandoned as it ran; the waiting ones were dropped or took a replacement's place.
    CHECK(abandoned >= 4);
    CHECK(settle(8) <= 8);
    open.set_value();
  }

  TEST_CASE("a job that waits can be taken back") {
    std::promise<void> open;
    const std::shared_future<void> gate = open.get_future().share();
    std::atomic<bool> ran = false;
    WorkerPool pool;
    for (size_t i = 0; i < WorkerPool::Limits{}.workers_max; ++i) pool.submit([gate] { gate.wait(); });
    const WorkerPool::JobId waiting = pool.submit([&] { ran = true; });  // All workers are taken.
    CHECK(pool.abandon(waiting) == WorkerPool::Abandoned::Dropped);
    open.set_value();
    std::this_thread::sleep_for(20ms);
    CHECK_FALSE(ran);
  }

  TEST_CASE("the end of a pool does not wait for jobs that hang and says that they do") {
    const auto open = std::make_shared<std::promise<void>>();
    const std::shared_future<void> gate = open->get_future().share();
    WorkerPool pool(WorkerPool::Limits{.workers_max = 50, .abandoned_max = 50});
    const auto started = std::make_shared<std::atomic<int>>(0);
    for (int i = 0; i < 60; ++i) {
      pool.submit([gate, started] {
        ++*started;
        gate.wait();
      });
    }
    while (*started == 0) std::this_thread::sleep_for(1ms);
    CHECK_FALSE(pool.end());
    open->set_value();
  }

  TEST_CASE("the end of a pool waits for jobs that return and takes no more") {
    std::atomic<int> done = 0;
    WorkerPool pool;
    for (int i = 0; i < 4; ++i) pool.submit([&] { ++done; });
    while (done == 0) std::this_thread::sleep_for(1ms);
    // It waits for a moment only, which a busy machine may need more than one of.
    while (!pool.end()) std::this_thread::sleep_for(1ms);
    const int before = done;
    pool.submit([&] { ++done; });
    CHECK(pool.end());
    CHECK(done == before);
  }

}  // TEST_SUITE
