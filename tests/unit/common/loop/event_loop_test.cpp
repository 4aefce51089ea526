#include "common/loop/event_loop.h"

#include <doctest/doctest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using sonde::loop::EventLoop;
using sonde::loop::TimerId;

namespace {

const sonde::SystemClock kClock;

std::unique_ptr<EventLoop> make_loop() {
  auto loop = EventLoop::make(kClock);
  REQUIRE(loop);
  return std::move(*loop);
}

struct Pipe {
  Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void write() const { REQUIRE(::write(ends[1], "x", 1) == 1); }
  std::array<int, 2> ends{};
};

}  // namespace

TEST_SUITE("loop/event_loop") {
  TEST_CASE("timers run in the order of their times and of their making where these are equal") {
    const auto loop = make_loop();
    std::string order;
    const int64_t now = kClock.monotonic_ns();
    loop->at(now + 3'000'000, [&] { order += 'c'; });
    loop->at(now + 1'000'000, [&] { order += 'a'; });
    loop->at(now + 1'000'000, [&] { order += 'b'; });
    loop->at(now + 4'000'000, [&] { loop->stop(); });
    loop->run();
    CHECK(order == "abc");
  }

  TEST_CASE("a timer does not run before its delay has passed") {
    const auto loop = make_loop();
    const int64_t begun = kClock.monotonic_ns();
    loop->after(20ms, [&] { loop->stop(); });
    loop->run();
    CHECK(kClock.monotonic_ns() - begun >= 20'000'000);
  }

  TEST_CASE("a cancelled timer does not run and cancelling twice or none is no error") {
    const auto loop = make_loop();
    bool ran = false;
    const TimerId timer = loop->after(1ms, [&] { ran = true; });
    loop->cancel(timer);
    loop->cancel(timer);
    loop->cancel(TimerId::None);
    loop->after(5ms, [&] { loop->stop(); });
    loop->run();
    CHECK_FALSE(ran);
  }

  TEST_CASE("a timer that arms itself at once lets descriptors have their turn") {
    const auto loop = make_loop();
    const Pipe pipe;
    std::function<void()> again = [&] { loop->after(0ms, again); };
    again();
    REQUIRE(loop->watch(pipe.ends[0], EPOLLIN, [&](uint32_t) { loop->stop(); }));
    pipe.write();
    loop->run();
  }

  TEST_CASE("a timer that asks for the past again and again lets other timers have their turn") {
    const auto loop = make_loop();
    std::function<void()> again = [&] { loop->at(0, again); };
    again();
    loop->after(2ms, [&] { loop->stop(); });
    loop->run();
  }

  TEST_CASE("posts from other threads all run on the thread of the loop") {
    const auto loop = make_loop();
    constexpr int kThreads = 4;
    constexpr int kPosts = 500;
    int ran = 0;
    bool elsewhere = false;
    const auto here = std::this_thread::get_id();
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kPosts; ++i) {
          loop->post([&] {
            elsewhere = elsewhere || std::this_thread::get_id() != here;
            if (++ran == kThreads * kPosts) loop->stop();
          });
        }
      });
    }
    loop->run();
    for (std::thread& thread : threads) thread.join();
    CHECK(ran == kThreads * kPosts);
    CHECK_FALSE(elsewhere);
  }

  TEST_CASE("what was posted before stop still runs and the loop can run again") {
    const auto loop = make_loop();
    int ran = 0;
    loop->post([&] { ++ran; });
    loop->post([&] { loop->post([&] { ++ran; }); });
    loop->stop();
    loop->run();
    CHECK(ran == 2);
    loop->post([&] { loop->stop(); });
    loop->run();
  }

  TEST_CASE("a callback may unwatch itself and another descriptor that is ready in the same round") {
    const auto loop = make_loop();
    const Pipe first;
    const Pipe second;
    int calls = 0;
    const auto once = [&](uint32_t) {
      ++calls;
      loop->unwatch(first.ends[0]);
      loop->unwatch(second.ends[0]);
    };
    REQUIRE(loop->watch(first.ends[0], EPOLLIN, once));
    REQUIRE(loop->watch(second.ends[0], EPOLLIN, once));
    first.write();
    second.write();
    loop->after(10ms, [&] { loop->stop(); });
    loop->run();
    CHECK(calls == 1);
  }

  TEST_CASE("an event of an earlier watch does not reach a later one of the same descriptor number") {
    const auto loop = make_loop();
    const Pipe first;
    const Pipe second;
    bool wrong = false;
    const auto replace = [&](int mine, int other) {
      return [&, mine, other](uint32_t) {
        loop->unwatch(mine);
        loop->unwatch(other);
        // The same number is watched anew for something that is not ready.
        CHECK(loop->watch(other, EPOLLPRI, [&](uint32_t) { wrong = true; }));
      };
    };
    REQUIRE(loop->watch(first.ends[0], EPOLLIN, replace(first.ends[0], second.ends[0])));
    REQUIRE(loop->watch(second.ends[0], EPOLLIN, replace(second.ends[0], first.ends[0])));
    first.write();
    second.write();
    loop->after(10ms, [&] { loop->stop(); });
    loop->run();
    CHECK_FALSE(wrong);
  }

  TEST_CASE("watching a closed descriptor is an error that says so") {
    const auto loop = make_loop();
    const auto watched = loop->watch(9999, EPOLLIN, [](uint32_t) {});
    REQUIRE_FALSE(watched);
    CHECK(watched.error().message() == "cannot watch descriptor 9999: Bad file descriptor");
  }

}  // TEST_SUITE
