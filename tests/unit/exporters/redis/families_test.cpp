#include "exporters/redis/families.h"

#include <doctest/doctest.h>

namespace sonde::redis {
namespace {

constexpr Desc kKeys{"redis_keys", "Keys", MetricType::Gauge, {"db"}};
constexpr Desc kPlain{"redis_plain", "Plain"};
constexpr Desc kTime{"redis_time", "Time", MetricType::Summary, {"q"}};

void emit_all(Families& out) {
  out.sample(kKeys, {"db0"}, 1);
  out.counter("named", 2);
  out.sample_without_role(kPlain, 3);
  const std::array labels{LabelView{"q", "1"}};
  out.line(kTime, "", labels, 6);
  out.summary_without_role(kTime, 4, 5);
}

std::string page_of(const MetricSink& sink) {
  const MetricSink* sinks[] = {&sink};
  std::string page;
  exposition::join_text(sinks, page);
  return page;
}

}  // namespace

TEST_SUITE("redis/families") {
  TEST_CASE("families are written as they are described") {
    MetricSink sink;
    Families out(sink, "redis");
    emit_all(out);
    CHECK(page_of(sink) ==
          "# HELP redis_keys Keys\n# TYPE redis_keys gauge\nredis_keys{db=\"db0\"} 1\n"
          "# HELP redis_named named metric\n# TYPE redis_named counter\nredis_named 2\n"
          "# HELP redis_plain Plain\n# TYPE redis_plain gauge\nredis_plain 3\n"
          "# HELP redis_time Time\n# TYPE redis_time summary\nredis_time{q=\"1\"} 6\nredis_time_sum "
          "4\nredis_time_count 5\n");
  }

  TEST_CASE("another namespace takes the place of the prefix") {
    MetricSink sink;
    Families out(sink, "cache");
    emit_all(out);
    CHECK(page_of(sink).find("# HELP cache_keys Keys\n# TYPE cache_keys gauge\ncache_keys{db=\"db0\"} 1\n") !=
          std::string::npos);
    CHECK(page_of(sink).find("redis_") == std::string::npos);
  }

  TEST_CASE("the role is the last label of all but what is said of the exporter") {
    MetricSink sink;
    Families out(sink, "redis");
    out.set_instance_role("master");
    emit_all(out);
    const std::string page = page_of(sink);
    for (const char* line : {"redis_keys{db=\"db0\",instance_role=\"master\"} 1\n", "redis_plain 3\n",
                             "redis_named{instance_role=\"master\"} 2\n", "redis_time_sum 4\n",
                             "redis_time{q=\"1\",instance_role=\"master\"} 6\n"}) {
      CAPTURE(line);
      CHECK(page.find(line) != std::string::npos);
    }
  }
}

}  // namespace sonde::redis
