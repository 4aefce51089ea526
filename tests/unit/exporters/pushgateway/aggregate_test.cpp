#include "exporters/pushgateway/aggregate.h"

#include <doctest/doctest.h>

#include <string>

#include "exporters/pushgateway/push_reader.h"

namespace sonde::pushgateway {
namespace {

const GroupingKey kKey = *parse_grouping_key("job/j", false);

std::vector<PushedFamily> read(std::string_view body) {
  auto out = PushReader(body, kKey, false).read();
  REQUIRE(out);
  return std::move(out->families);
}

// What the group has after `stored` was pushed and `body` was added to it; or the error.
std::string sum(std::string_view stored, std::string_view body) {
  GroupStore store({});
  store.apply(kKey, GroupStore::prepare(read(stored), 1), PushMode::ReplaceGroup, {});
  const auto sums = aggregate({"sum", true, true}, store.find(kKey), kKey, read(body));
  if (!sums) return sums.error().message();
  std::string out;
  for (const PushedFamily& family : *sums) render_lines(out, family);
  return out;
}

}  // namespace

TEST_SUITE("pushgateway/aggregate") {
  TEST_CASE("counters are added series by series and others kept") {
    CHECK(sum("# TYPE c counter\nc{a=\"1\"} 2\nc{a=\"2\"} 5\n",
              "# TYPE c counter\nc{a=\"1\"} 3\nc{a=\"3\"} 1\n") ==
          "c{a=\"1\",instance=\"\",job=\"j\"} 5\nc{a=\"3\",instance=\"\",job=\"j\"} 1\n"
          "c{a=\"2\",instance=\"\",job=\"j\"} 5\n");
  }

  TEST_CASE("gauges are replaced and what is new is taken") {
    CHECK(sum("# TYPE g gauge\ng 2\n", "# TYPE g gauge\ng 3\n# TYPE n counter\nn 1\n") ==
          "g{instance=\"\",job=\"j\"} 3\nn{instance=\"\",job=\"j\"} 1\n");
  }

  TEST_CASE("histograms of the same buckets are added") {
    const std::string_view one = "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 4\nh_count 2\n";
    CHECK(sum(one, one) ==
          "h_bucket{instance=\"\",job=\"j\",le=\"1\"} 2\nh_bucket{instance=\"\",job=\"j\",le=\"+Inf\"} 4\n"
          "h_sum{instance=\"\",job=\"j\"} 8\nh_count{instance=\"\",job=\"j\"} 4\n");
    CHECK(sum(one, "# TYPE h histogram\nh_bucket{le=\"2\"} 1\nh_count 1\n").find("other buckets") !=
          std::string::npos);
  }

  TEST_CASE("what cannot be added is refused") {
    CHECK(sum("x 1\n", "# TYPE s summary\ns_count 1\n").find("cannot be added") != std::string::npos);
    CHECK(aggregate({"sum", false, true}, nullptr, kKey, {}).error().message().find("not enabled") !=
          std::string::npos);
    CHECK_FALSE(aggregate({"max", true, true}, nullptr, kKey, {}));
    CHECK_FALSE(aggregate({"sum", true, false}, nullptr, kKey, {}));
    CHECK(aggregate({"sum", true, true}, nullptr, kKey, {}));
  }
}

}  // namespace sonde::pushgateway
