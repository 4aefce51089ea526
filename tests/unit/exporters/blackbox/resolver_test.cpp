#include "exporters/blackbox/resolver.h"

#include <doctest/doctest.h>

#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <thread>

#include "common/core/clock.h"

namespace sonde::blackbox {
namespace {

constexpr AddressChoice kAny{};

struct Lab {
  SystemClock clock;
  std::unique_ptr<loop::EventLoop> loop = std::move(*loop::EventLoop::make(clock));
  exporter::WorkerPool workers;
  http::TlsStores stores;
  int64_t after_ms(int64_t ms) const { return clock.monotonic_ns() + ms * 1'000'000; }
};

}  // namespace

TEST_SUITE("blackbox/resolver") {
  TEST_CASE("a literal is not looked up and a name is") {
    Lab lab;
    Resolver resolver(*lab.loop, lab.workers, lab.stores,
                      [](const std::string& host, AddressChoice) -> Result<IpAddress> {
                        CHECK(host == "name.test");
                        return IpAddress{.text = "192.0.2.1", .protocol = IpProtocol::Ip4};
                      });
    std::optional<Result<IpAddress>> literal;
    resolver.resolve("192.0.2.7", kAny, lab.after_ms(10'000), [&](Result<IpAddress> got) { literal = got; });
    resolver.resolve("name.test", kAny, lab.after_ms(10'000), [&](Result<IpAddress> got) {
      REQUIRE(got);
      CHECK(got->text == "192.0.2.1");
      lab.loop->stop();
    });
    lab.loop->run();
    REQUIRE(literal);
    CHECK((*literal)->text == "192.0.2.7");
  }

  TEST_CASE("a look-up that hangs is given up at its deadline and its answer is dropped") {
    Lab lab;
    const auto released = std::make_shared<std::latch>(1);
    int calls = 0;
    Resolver resolver(*lab.loop, lab.workers, lab.stores,
                      [released](const std::string&, AddressChoice) -> Result<IpAddress> {
                        released->wait();
                        return IpAddress{};
                      });
    resolver.resolve("name.test", kAny, lab.after_ms(20), [&](Result<IpAddress> got) {
      ++calls;
      REQUIRE_FALSE(got);
      CHECK(got.error().code() == ErrorCode::DeadlineExceeded);
      released->count_down();
      lab.loop->after(std::chrono::milliseconds(50), [&] { lab.loop->stop(); });
    });
    lab.loop->run();
    CHECK(calls == 1);
  }

  TEST_CASE("a look-up may return after resolver and loop have gone") {
    const auto released = std::make_shared<std::latch>(1);
    const auto returned = std::make_shared<std::latch>(1);
    int calls = 0;
    {
      Lab lab;
      Resolver resolver(*lab.loop, lab.workers, lab.stores,
                        [released, returned](const std::string&, AddressChoice) -> Result<IpAddress> {
                          released->wait();
                          returned->count_down();
                          return IpAddress{};
                        });
      resolver.resolve("name.test", kAny, lab.after_ms(10'000), [&](Result<IpAddress>) { ++calls; });
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // Until a worker has it.
    }
    released->count_down();
    returned->wait();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // For what the worker does next.
    CHECK(calls == 0);
  }
}

}  // namespace sonde::blackbox
