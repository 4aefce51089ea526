#include "scraper/server.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "tests/unit/temporary_folder.h"

namespace sonde::scraper {
namespace {

// A server on a folder of its own, which is gone with the test. It does not run: parts are asked directly.
class Stand {
 public:
  explicit Stand(std::string_view yaml) {
    options.config_file = folder_.at("prometheus.yml");
    options.tsdb_path = folder_.at("data");
    options.listen_addresses = {"127.0.0.1:0"};
    logger.set(LogLevel::Error, LogFormat::Logfmt);
    write(yaml);
  }

  void write(std::string_view yaml) { folder_.write("prometheus.yml", yaml); }

  Result<std::unique_ptr<Server>> make() {
    auto configuration = load_configuration(options, logger);
    if (!configuration) return configuration.error();
    auto signals = SignalDescriptor::open();
    if (!signals) return signals.error();
    return Server::make(options, *std::move(configuration), *std::move(signals), clock, logger);
  }

  Options options;
  SystemClock clock;
  Logger logger{clock, 2};

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_SUITE("scraper/server") {
  TEST_CASE("a broken file at reload leaves the old configuration") {
    Stand stand("global: {external_labels: {a: b}}\n");
    const auto server = stand.make();
    REQUIRE_MESSAGE(server.ok(), server.error().message());
    CHECK((*server)->runtime().config_ok);
    CHECK((*server)->external_labels() == Labels{{"a", "b"}});
    stand.write("global: {nonsense: 1}\n");
    const Status reloaded = (*server)->reload();
    REQUIRE_FALSE(reloaded);
    CHECK(reloaded.error().message().find("nonsense") != std::string::npos);
    CHECK_FALSE((*server)->runtime().config_ok);
    CHECK((*server)->metrics_page().find("\nprometheus_config_last_reload_successful 0\n") !=
          std::string::npos);
    CHECK((*server)->external_labels() == Labels{{"a", "b"}});
    stand.write("global: {external_labels: {a: c}}\n");
    CHECK((*server)->reload());
    CHECK((*server)->external_labels() == Labels{{"a", "c"}});
    CHECK((*server)->config_yaml().find("a: c") != std::string::npos);
  }

  TEST_CASE("retention comes from the file or from the flags or is fifteen days") {
    const auto text = [](std::string_view yaml, std::chrono::milliseconds time, uint64_t bytes) {
      Stand stand(yaml);
      stand.options.retention_time = time;
      stand.options.retention_size_bytes = bytes;
      const auto server = stand.make();
      REQUIRE_MESSAGE(server.ok(), server.error().message());
      return (*server)->runtime().storage_retention;
    };
    using std::chrono::hours;
    CHECK(text("{}\n", hours(0), 0) == "15d");
    CHECK(text("{}\n", hours(24), 0) == "1d");
    CHECK(text("{}\n", hours(0), uint64_t{1} << 30) == "1GiB");
    CHECK(text("{}\n", hours(24), uint64_t{1} << 30) == "1d or 1GiB");
    CHECK(text("storage: {tsdb: {retention: {time: 2d}}}\n", hours(24), 0) == "2d");
  }

  TEST_CASE("what has no effect is an error when support is strict") {
    Stand stand("remote_write: [{url: 'http://127.0.0.1:1/'}]\n");
    CHECK(load_configuration(stand.options, stand.logger));
    stand.options.strict_support = true;
    const auto strict = load_configuration(stand.options, stand.logger);
    REQUIRE_FALSE(strict);
    CHECK(strict.error().message().find("remote_write") != std::string::npos);
  }

  TEST_CASE("a second server on the folder is refused") {
    Stand stand("{}\n");
    const auto first = stand.make();
    REQUIRE(first);
    const auto second = stand.make();
    REQUIRE_FALSE(second);
    CHECK(second.error().message().find(std::to_string(::getpid())) != std::string::npos);  // who holds it
  }

  TEST_CASE("our own metrics have build and process and storage") {
    Stand stand("{}\n");
    const auto server = stand.make();
    REQUIRE(server);
    const std::string page = (*server)->metrics_page();
    for (const char* name :
         {"prometheus_build_info{", "process_cpu_seconds_total ", "prometheus_tsdb_head_series ",
          "prometheus_ready ", "prometheus_engine_queries ", "prometheus_target_scrape_pools_total "}) {
      CAPTURE(name);
      CHECK(page.find("\n" + std::string(name)) != std::string::npos);
    }
  }
}

}  // namespace sonde::scraper
