#include "common/metrics/instruments.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace sonde {
namespace {

constexpr Desc kRequests{
    .name = "requests_total", .help = "R.", .type = MetricType::Counter, .labels = {"code"}};

}  // namespace

TEST_SUITE("metrics/instruments") {
  TEST_CASE("equal label values give the same instrument") {
    Registry registry;
    Counter& first = registry.counter(kRequests, {"200"});
    CHECK(&registry.counter(kRequests, {"200"}) == &first);
    CHECK(&registry.counter(kRequests, {"500"}) != &first);
    first.add();
    first.add(2.5);
    CHECK(first.value() == 3.5);
  }

  TEST_CASE("references stay good while others are made") {
    Registry registry;
    Counter& first = registry.counter(kRequests, {"0"});
    for (int i = 1; i < 1000; ++i) registry.counter(kRequests, {std::to_string(i)});
    first.add(7);
    double seen = 0;
    size_t instruments = 0;
    registry.visit([&](const Registry::Family& family) {
      instruments += family.instruments.size();
      seen = family.instruments.front().counter->value();
    });
    CHECK(instruments == 1000);
    CHECK(seen == 7);
  }

  TEST_CASE("an observation falls into the first bucket that holds it") {
    constexpr std::array kBounds{1.0, 2.0};
    Histogram histogram(kBounds);
    for (const double value : {-1.0, 1.0, 1.5, 2.0, 2.5}) histogram.observe(value);
    CHECK(histogram.bucket_count(0) == 2);
    CHECK(histogram.bucket_count(1) == 2);
    CHECK(histogram.bucket_count(2) == 1);
    CHECK(histogram.sum() == 6);
    histogram.observe(std::numeric_limits<double>::infinity());
    histogram.observe(std::numeric_limits<double>::quiet_NaN());
    CHECK(histogram.bucket_count(2) == 3);
    CHECK(std::isnan(histogram.sum()));
  }

  TEST_CASE("counters add up from many threads") {
    Registry registry;
    Counter& counter = registry.counter(kRequests, {"200"});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 10000; ++j) counter.add();
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(counter.value() == 40000);
  }

  TEST_CASE("a callback is asked when the registry is read") {
    constexpr Desc kAge{.name = "age", .help = "A."};
    Registry registry;
    double age = 1;
    registry.callback(kAge, [&] { return age; });
    age = 2;
    registry.visit(
        [&](const Registry::Family& family) { CHECK(family.instruments.front().callback() == 2); });
  }

}  // TEST_SUITE

}  // namespace sonde
