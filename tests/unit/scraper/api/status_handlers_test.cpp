#include <doctest/doctest.h>

#include "common/core/version.h"
#include "tests/unit/scraper/api/fixture.h"

namespace sonde::api {

TEST_SUITE("api/status_handlers") {
  TEST_CASE("the build information speaks of the reference whose API this is") {
    Fixture f;
    const std::string data = data_of(f.ask(status_buildinfo, {}));
    CHECK(data.starts_with(R"({"version":")" + std::string(kReferenceServerVersion) +
                           R"(","revision":"sonde-)"));
    for (const char* key : {"branch", "buildUser", "buildDate", "goVersion"}) {
      CHECK(data.find("\"" + std::string(key) + "\":") != std::string::npos);
    }
    CHECK(f.ask(version, {}).body == data);
  }

  TEST_CASE("runtime information has the reference's keys") {
    Fixture f;
    const std::string data = data_of(f.ask(status_runtimeinfo, {}));
    CHECK(data.starts_with(R"({"startTime":"1970-01-01T00:00:01.000Z","CWD":"/)"));
    for (const char* key : {"hostname", "serverTime", "lastConfigTime", "corruptionCount", "goroutineCount",
                            "GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GODEBUG"}) {
      CAPTURE(key);
      CHECK(data.find("\"" + std::string(key) + "\":") != std::string::npos);
    }
    CHECK(data.ends_with(R"("storageRetention":"15d"})"));
  }

  TEST_CASE("flags and configuration are shown as they are") {
    Fixture f;
    CHECK(data_of(f.ask(status_flags, {})) == R"({"log.level":"info"})");
    CHECK(data_of(f.ask(status_config, {})) == R"({"yaml":"global: {}\n"})");
    CHECK(data_of(f.ask(status_walreplay, {})) == R"({"min":1,"max":9,"current":4})");
  }

  TEST_CASE("the storage's statistics are lists of names and values") {
    Fixture f;
    CHECK(
        data_of(f.ask(status_tsdb, {})) ==
        R"({"headStats":{"numSeries":7,"numLabelPairs":5,"chunkCount":3,"minTime":1000,"maxTime":2000},)"
        R"("seriesCountByMetricName":[{"name":"up","value":4},{"name":"down","value":3}],)"
        R"("labelValueCountByLabelName":[],"memoryInBytesByLabelName":[],"seriesCountByLabelValuePair":[]})");
    CHECK(data_of(f.ask(status_tsdb, {{"limit", "1"}})).find("down") == std::string::npos);
    for (const char* limit : {"0", "-1", "x", "10001"}) {
      CAPTURE(limit);
      CHECK(f.ask(status_tsdb, {{"limit", limit}}).status == 400);
    }
  }
}

}  // namespace sonde::api
