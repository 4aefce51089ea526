#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "exporters/node/statfs_pool.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/statfs_pool") {
  using namespace std::chrono_literals;

  // Answers at once but for paths with "hang" in them, which wait until they are released.
  struct Network {
    std::mutex mutex;
    std::condition_variable changed;
    bool released = false;
    std::atomic<int> calls = 0;

    StatfsPool::Call call() {
      return [this](const char* path, struct statfs* answer) {
        ++calls;
        if (std::string_view(path).find("hang") != std::string_view::npos) {
          std::unique_lock lock(mutex);
          changed.wait(lock, [&] { return released; });
        }
        answer->f_blocks = 7;
        if (std::string_view(path) == "/bad") errno = EACCES;
        return std::string_view(path) == "/bad" ? -1 : 0;
      };
    }
    void release() {
      const std::lock_guard lock(mutex);
      released = true;
      changed.notify_all();
    }
  };

  TEST_CASE("answers and errors come in the order of the questions") {
    Network network;
    StatfsPool pool(4, 5s, network.call());
    const auto& answers = pool.ask({"/a", "/bad", "/b"});
    REQUIRE(answers.size() == 3);
    CHECK(answers[0].state == StatfsJob::State::Answered);
    CHECK(answers[0].error_number == 0);
    CHECK(answers[0].answer.f_blocks == 7);
    CHECK(answers[1].error_number == EACCES);
    CHECK(answers[2].error_number == 0);
    CHECK(pool.ask({}).empty());
    CHECK(pool.ask({"/a"}).front().error_number == 0);
  }

  TEST_CASE("a mount that hangs costs itself and is asked again when it has answered") {
    Network network;
    StatfsPool pool(2, 500ms, network.call());  // A busy machine may need long to start a thread.
    const auto& first = pool.ask({"/hang", "/a", "/b"});
    CHECK(first[0].state == StatfsJob::State::TimedOut);
    CHECK(first[1].state == StatfsJob::State::Answered);
    CHECK(first[2].state == StatfsJob::State::Answered);
    CHECK(pool.stuck_count() == 1);
    const int calls = network.calls;
    const auto& second = pool.ask({"/hang", "/a"});
    CHECK(second[0].state == StatfsJob::State::TimedOut);
    CHECK(second[1].state == StatfsJob::State::Answered);
    CHECK(network.calls == calls + 1);
    network.release();
    for (int i = 0; i < 500 && pool.stuck_count() > 0; ++i) std::this_thread::sleep_for(2ms);
    REQUIRE(pool.stuck_count() == 0);
    CHECK(pool.ask({"/hang"}).front().state == StatfsJob::State::Answered);
  }

  TEST_CASE("when all workers hang those that waited have another chance next time") {
    Network network;
    StatfsPool pool(1, 500ms, network.call());
    const auto& first = pool.ask({"/hang", "/a"});
    CHECK(first[1].state == StatfsJob::State::TimedOut);
    CHECK(pool.stuck_count() == 1);
    CHECK(pool.ask({"/hang", "/a"})[1].state == StatfsJob::State::Answered);
    network.release();
    for (int i = 0; i < 500 && pool.stuck_count() > 0; ++i) std::this_thread::sleep_for(2ms);
    CHECK(pool.stuck_count() == 0);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
