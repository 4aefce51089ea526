#include "exporters/pushgateway/group_store.h"

#include <doctest/doctest.h>

#include <string>

#include "exporters/pushgateway/push_reader.h"

namespace sonde::pushgateway {
namespace {

GroupingKey key(std::string_view path) {
  return *parse_grouping_key(path, false);
}

Status push(GroupStore& store, std::string_view path, std::string_view body, double now, PushMode mode) {
  const GroupingKey group = key(path);
  const auto read = PushReader(body, group, false).read();
  REQUIRE(read);
  auto prepared = GroupStore::prepare(read->families, now);
  GroupStore::Times times = store.times(group);
  if (auto checked = store.check(group, read->families, prepared, mode); !checked) {
    times.failure_seconds = now;
    store.set_times(group, times);
    return checked;
  }
  times.push_seconds = now;
  store.apply(group, std::move(prepared), mode, times);
  return Ok{};
}

std::string page(const GroupStore& store) {
  std::string out;
  store.render(out);
  return out;
}

}  // namespace

TEST_SUITE("pushgateway/group_store") {
  TEST_CASE("a push is served with its group's labels and its times") {
    GroupStore store({});
    REQUIRE(push(store, "job/backup", "# TYPE done gauge\n# HELP done Is it.\ndone{x=\"1\"} 2\n", 1.5e9,
                 PushMode::ReplaceGroup));
    CHECK(page(store) ==
          "# HELP done Is it.\n# TYPE done gauge\ndone{instance=\"\",job=\"backup\",x=\"1\"} 2\n"
          "# HELP push_failure_time_seconds Last Unix time when changing this group in the Pushgateway "
          "failed.\n"
          "# TYPE push_failure_time_seconds gauge\n"
          "push_failure_time_seconds{instance=\"\",job=\"backup\"} 0\n"
          "# HELP push_time_seconds Last Unix time when changing this group in the Pushgateway succeeded.\n"
          "# TYPE push_time_seconds gauge\n"
          "push_time_seconds{instance=\"\",job=\"backup\"} 1.5e+09\n");
  }

  TEST_CASE("PUT replaces the group and POST only families of the same name") {
    GroupStore store({});
    REQUIRE(push(store, "job/a", "one 1\ntwo 1\n", 1, PushMode::ReplaceGroup));
    REQUIRE(push(store, "job/a", "two 2\n", 2, PushMode::ReplaceFamilies));
    CHECK(page(store).find("one{instance=\"\",job=\"a\"} 1") != std::string::npos);
    CHECK(page(store).find("two{instance=\"\",job=\"a\"} 2") != std::string::npos);
    REQUIRE(push(store, "job/a", "two 3\n", 3, PushMode::ReplaceGroup));
    CHECK(page(store).find("one{") == std::string::npos);
    REQUIRE(push(store, "job/a", "", 4, PushMode::ReplaceGroup));
    CHECK(page(store).find("two{") == std::string::npos);
    CHECK(page(store).find("push_time_seconds{instance=\"\",job=\"a\"} 4") != std::string::npos);
  }

  TEST_CASE("a type that differs from another group's is refused and remembered as a failure") {
    GroupStore store({{"process_open_fds", {MetricType::Gauge, "Own help."}}});
    REQUIRE(push(store, "job/a", "# TYPE x counter\nx 1\n", 1, PushMode::ReplaceGroup));
    const auto other = push(store, "job/b", "# TYPE x gauge\nx 1\n", 2, PushMode::ReplaceGroup);
    REQUIRE_FALSE(other);
    CHECK(other.error().message().starts_with(
        "pushed metrics are invalid or inconsistent with existing metrics: "));
    CHECK(page(store).find("push_failure_time_seconds{instance=\"\",job=\"b\"} 2") != std::string::npos);
    CHECK_FALSE(push(store, "job/c", "# TYPE process_open_fds counter\nprocess_open_fds 1\n", 3,
                     PushMode::ReplaceGroup));
    // Its own help wins over a pushed one.
    CHECK(push(store, "job/d",
               "# HELP process_open_fds Other.\n# TYPE process_open_fds gauge\nprocess_open_fds 1\n", 3,
               PushMode::ReplaceGroup));
    CHECK(page(store).find("# HELP process_open_fds Own help.\n# TYPE process_open_fds gauge\n"
                           "process_open_fds{instance=\"\",job=\"d\"} 1\n# HELP push_failure") !=
          std::string::npos);
    // The only group that has the family may change its type.
    CHECK(push(store, "job/a", "# TYPE x gauge\nx 1\n", 4, PushMode::ReplaceGroup));
  }

  TEST_CASE("a series that another group has or that comes twice is refused") {
    GroupStore store({});
    REQUIRE(push(store, "job/a/instance/i", "x 1\n", 1, PushMode::ReplaceGroup));
    CHECK_FALSE(push(store, "job/a", "x{instance=\"i\"} 1\n", 2, PushMode::ReplaceGroup));
    CHECK_FALSE(push(store, "job/b", "x{l=\"1\"} 1\nx{l=\"1\"} 2\n", 2, PushMode::ReplaceGroup));
    CHECK(push(store, "job/a/instance/i", "x 2\n", 3, PushMode::ReplaceFamilies));
  }

  TEST_CASE("a delete takes exactly one group and wipe takes all") {
    GroupStore store({});
    REQUIRE(push(store, "job/a", "x 1\n", 1, PushMode::ReplaceGroup));
    REQUIRE(push(store, "job/a/instance/i", "x 1\n", 1, PushMode::ReplaceGroup));
    store.remove(key("job/nobody"));
    store.remove(key("job/a"));
    CHECK(store.groups().size() == 1);
    REQUIRE(push(store, "job/a", "x 5\n", 1, PushMode::ReplaceGroup));
    store.wipe();
    CHECK(page(store).empty());
    CHECK(push(store, "job/b", "# TYPE x counter\nx 1\n", 1, PushMode::ReplaceGroup));
  }

  TEST_CASE("a group's time to live is the push's or its job's") {
    GroupStore store({});
    store.set_ttl([](std::string_view job) { return job == "short" ? 1000 : 0; });
    REQUIRE(push(store, "job/short", "x 1\n", 100, PushMode::ReplaceGroup));
    REQUIRE(push(store, "job/long", "x 1\n", 100, PushMode::ReplaceGroup));
    store.set_times(key("job/own"), {.push_seconds = 100, .failure_seconds = 0, .ttl_ms = 500});
    CHECK(store.expired(100.4).empty());
    CHECK(store.expired(100.5).size() == 1);
    CHECK(store.expired(200).size() == 2);
    REQUIRE(push(store, "job/short", "x 1\n", 300, PushMode::ReplaceGroup));
    REQUIRE(store.remove(key("job/own")));
    CHECK(store.expired(300.5).empty());
    store.wipe();
    CHECK(store.expired(1e12).empty());
  }

  TEST_CASE("series are counted as they come and go") {
    GroupStore store({});
    REQUIRE(push(store, "job/a", "x{l=\"1\"} 1\nx{l=\"2\"} 1\ny 1\n", 1, PushMode::ReplaceGroup));
    CHECK(store.series_count() == 3);
    REQUIRE(push(store, "job/a", "x{l=\"1\"} 1\n", 1, PushMode::ReplaceFamilies));
    CHECK(store.series_count() == 2);
    CHECK(store.find(key("job/a"))->series_count == 2);
    REQUIRE(push(store, "job/b", "z{l=\"1\"} 1\n", 1, PushMode::ReplaceGroup));
    REQUIRE(store.remove(key("job/a")));
    CHECK(store.series_count() == 1);
  }
}

}  // namespace sonde::pushgateway
