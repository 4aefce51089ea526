#include "scraper/api/query_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <thread>

namespace sonde::api {
namespace {

// A job whose answer nobody waits for.
QueryPool::Job job(QueryPool::Run run) {
  return {.request = {}, .responder = http::Responder(nullptr), .run = std::move(run)};
}

void wait_until(const std::function<bool()>& condition) {
  for (int i = 0; i < 5000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  REQUIRE(condition());
}

}  // namespace

TEST_SUITE("api/query_pool") {
  TEST_CASE("every job runs once and not on the caller's thread") {
    std::atomic<int> count{0};
    const auto caller = std::this_thread::get_id();
    QueryPool pool(2);
    for (int i = 0; i < 50; ++i) {
      pool.submit(job([&](const http::Request&, const std::atomic<bool>&) {
        CHECK(std::this_thread::get_id() != caller);
        ++count;
        return http::Response{};
      }));
    }
    wait_until([&] { return count == 50 && pool.pending() == 0; });
  }

  TEST_CASE("no more jobs run at once than there are threads") {
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    std::atomic<int> done{0};
    QueryPool pool(2);
    for (int i = 0; i < 8; ++i) {
      pool.submit(job([&](const http::Request&, const std::atomic<bool>&) {
        const int now = ++running;
        if (now > most) most = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        --running;
        ++done;
        return http::Response{};
      }));
    }
    wait_until([&] { return done == 8; });
    CHECK(most <= 2);
  }

  TEST_CASE("the end of the pool cancels what runs and drops what waits") {
    std::latch started(1);
    std::atomic<bool> second_ran{false};
    std::atomic<bool> saw_cancel{false};
    {
      QueryPool pool(1);
      pool.submit(job([&](const http::Request&, const std::atomic<bool>& cancelled) {
        started.count_down();
        while (!cancelled) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        saw_cancel = true;
        return http::Response{};
      }));
      pool.submit(job([&](const http::Request&, const std::atomic<bool>&) {
        second_ran = true;
        return http::Response{};
      }));
      started.wait();
      CHECK(pool.pending() == 2);
    }
    CHECK(saw_cancel);
    CHECK_FALSE(second_ran);
  }

  TEST_CASE("a client that is still there cancels nothing") {
    std::latch started(1);
    std::atomic<bool> go_on{false};
    std::atomic<bool> was_cancelled{true};
    QueryPool pool(1);
    pool.submit(job([&](const http::Request&, const std::atomic<bool>& cancelled) {
      started.count_down();
      while (!go_on) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      was_cancelled = cancelled.load();
      return http::Response{};
    }));
    started.wait();
    pool.cancel_abandoned();
    go_on = true;
    wait_until([&] { return pool.pending() == 0; });
    CHECK_FALSE(was_cancelled);
  }
}

}  // namespace sonde::api
