#include "scraper/options.h"

#include <doctest/doctest.h>

#include <map>

namespace sonde::scraper {
namespace {

struct Parsed {
  Options options;
  exporter::Flags::Outcome outcome;
};

Parsed parsed(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "sonde-scraper");
  Parsed out;
  out.outcome = parse_options(static_cast<int>(arguments.size()), arguments.data(), out.options);
  return out;
}

}  // namespace

TEST_SUITE("scraper/options") {
  TEST_CASE("the defaults are the reference's") {
    const Parsed p = parsed({});
    REQUIRE(p.outcome.run);
    const std::map<std::string, std::string> flags(p.options.flags_in_effect.begin(),
                                                   p.options.flags_in_effect.end());
    CHECK(flags.at("config.file") == "prometheus.yml");
    CHECK(flags.at("web.listen-address") == "0.0.0.0:9090");
    CHECK(flags.at("web.read-timeout") == "5m");
    CHECK(flags.at("web.max-connections") == "512");
    CHECK(flags.at("web.enable-lifecycle") == "false");
    CHECK(flags.at("web.enable-admin-api") == "false");
    CHECK(flags.at("web.cors.origin") == ".*");
    CHECK(flags.at("storage.tsdb.path") == "data/");
    CHECK(flags.at("query.lookback-delta") == "5m");
    CHECK(flags.at("query.timeout") == "2m");
    CHECK(flags.at("query.max-concurrency") == "20");
    CHECK(flags.at("query.max-samples") == "50000000");
    CHECK(flags.at("log.level") == "info");
    CHECK(flags.at("log.format") == "logfmt");
  }

  TEST_CASE("what means nothing here is taken and named") {
    const Parsed p = parsed({"--storage.tsdb.wal-compression", "--no-storage.tsdb.wal-compression",
                             "--web.console.templates=x", "--storage.remote.flush-deadline", "1m"});
    CHECK_MESSAGE(p.outcome.run, p.outcome.text);
    CHECK(p.options.flags_ignored.size() == 3);
  }

  TEST_CASE("features are split at commas and repeated") {
    const Parsed p = parsed({"--enable-feature=a,b", "--enable-feature", " c ,"});
    CHECK(p.options.features == std::vector<std::string>{"a", "b", "c"});
    CHECK(p.options.has_feature("b"));
    CHECK_FALSE(p.options.has_feature("d"));
  }

  TEST_CASE("a bad flag or value ends with code 2 and says which") {
    const auto text = [](const char* flag) {
      const Parsed p = parsed({flag});
      CAPTURE(flag);
      CHECK_FALSE(p.outcome.run);
      CHECK(p.outcome.exit_code == 2);
      return p.outcome.text;
    };
    CHECK(text("--nope").find("unknown flag '--nope'") != std::string::npos);
    CHECK(text("--query.timeout=x").find("query.timeout") != std::string::npos);
    CHECK(text("--log.level=loud").find("--log.level") != std::string::npos);
    CHECK(text("--log.format=xml").find("--log.format") != std::string::npos);
    CHECK(text("--agent").find("agent mode is not supported") != std::string::npos);
    CHECK(text("--query.max-concurrency=0").find("at least 1") != std::string::npos);
    CHECK(text("--web.max-connections=0").find("--web.max-connections") != std::string::npos);
    CHECK(text("--query.lookback-delta=0s").find("more than 0") != std::string::npos);
    CHECK(text("--query.max-samples=0").find("at least 1") != std::string::npos);
    CHECK(text("stray").find("stray") != std::string::npos);
  }

  TEST_CASE("help and version end well") {
    CHECK(parsed({"--help"}).outcome.exit_code == 0);
    CHECK(parsed({"--help"}).outcome.text.find("--storage.tsdb.path") != std::string::npos);
    CHECK(parsed({"--version"}).outcome.text.starts_with("sonde-scraper, version"));
  }
}

}  // namespace sonde::scraper
