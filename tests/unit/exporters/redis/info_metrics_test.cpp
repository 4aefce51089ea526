#include "exporters/redis/info_metrics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace sonde::redis {
namespace {

std::string page_of(std::string_view text, const InfoOptions& options) {
  MetricSink sink;
  Families out(sink, "redis");
  emit_info(Info(text), options, out);
  const MetricSink* sinks[] = {&sink};
  std::string page;
  exposition::join_text(sinks, page);
  return page;
}

}  // namespace

TEST_SUITE("redis/info_metrics") {
  TEST_CASE("databases without keys are shown with 0 up to the count") {
    const std::string page =
        page_of("# Keyspace\r\ndb1:keys=3,expires=1,avg_ttl=0\r\n", {.database_count = 2});
    CHECK(page.find("redis_db_keys{db=\"db0\"} 0\n") != std::string::npos);
    CHECK(page.find("redis_db_keys{db=\"db1\"} 3\n") != std::string::npos);
    CHECK(page.find("db=\"db2\"") == std::string::npos);
  }

  TEST_CASE("a server that says it has a trillion databases gets a page of bounded length") {
    const std::string page = page_of("", {.database_count = 1'000'000'000'000});
    CHECK(std::ranges::count(page, '\n') < 2 * kEmptyDatabasesMax + 100);
    CHECK(page.find("db=\"db" + std::to_string(kEmptyDatabasesMax - 1) + "\"") != std::string::npos);
  }

  TEST_CASE("a field of the cluster cannot break the page by its name") {
    const std::string page = page_of("# Cluster\r\ncluster_size:3\r\ncluster_x y{\xff:1\r\n", {});
    CHECK(page.find("\nredis_cluster_size 3\n") != std::string::npos);
    CHECK(page.find("\nredis_cluster_x_y__ 1\n") != std::string::npos);
  }

  TEST_CASE("what a server is is in the labels of its information") {
    const std::string page = page_of(
        "redis_version:7.2.4\r\nvalkey_version:8.1.0\r\nvalkey_release_stage:ga\r\nrole:master\r\n"
        "process_id:5\r\nhz:10\r\nconfigured_hz:10\r\n",
        {});
    CHECK(page.find("redis_version=\"7.2.4\"") != std::string::npos);
    CHECK(page.find("valkey_version=\"8.1.0\",valkey_release_stage=\"ga\"} 1\n") != std::string::npos);
    CHECK(page.find("\nredis_configured_hz 10\n") != std::string::npos);
  }
}

}  // namespace sonde::redis
