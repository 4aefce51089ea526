#include "common/exporter/flags.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "common/exporter/flag_help.h"

using namespace std::chrono_literals;
using sonde::exporter::Flags;

namespace {

struct Fixture {
  bool enabled = true;
  std::string path = "/proc";
  int64_t count = 40;
  double ratio = 0.5;
  std::chrono::milliseconds timeout = 15s;
  std::chrono::milliseconds go_timeout = 500ms;
  uint64_t size_bytes = 0;
  std::vector<std::string> addresses{":9100"};
  bool path_set = false;
  Flags flags{"sonde-x", "Tests."};

  Fixture() {
    flags.boolean("collector.cpu", enabled, "Enable cpu.");
    flags.text("path.procfs", path, "Where procfs is.",
               {.environment = "SONDE_TEST_PROCFS", .set = &path_set});
    flags.integer("web.max-requests", count, "Limit.");
    flags.number("ratio", ratio, "A ratio.");
    flags.duration("timeout", timeout, "Timeout.");
    flags.go_duration("go-timeout", go_timeout, "Timeout.");
    flags.size("size", size_bytes, "Size.");
    flags.list("web.listen-address", addresses, "Addresses.");
    flags.ignored("runtime.gomaxprocs", true, "Nothing.");
  }

  Flags::Outcome parse(std::vector<const char*> arguments, int error_code = 1) {
    arguments.insert(arguments.begin(), "sonde-x");
    return flags.parse(static_cast<int>(arguments.size()), arguments.data(), error_code);
  }
};

std::string error_of(const std::vector<const char*>& arguments) {
  Fixture fixture;
  const Flags::Outcome outcome = fixture.parse(arguments, 2);
  CHECK_FALSE(outcome.run);
  CHECK(outcome.exit_code == 2);
  return outcome.text;
}

}  // namespace

TEST_SUITE("exporter/flags") {
  TEST_CASE("without arguments the defaults stand") {
    Fixture f;
    CHECK(f.parse({}).run);
    CHECK(f.enabled);
    CHECK(f.path == "/proc");
    CHECK(f.addresses == std::vector<std::string>{":9100"});
    CHECK_FALSE(f.path_set);
  }

  TEST_CASE("values stand behind an equals sign or a blank") {
    Fixture f;
    CHECK(f.parse({"--path.procfs=/a", "--web.max-requests", "7", "--ratio", "-1e3", "--timeout=1h30m",
                   "--go-timeout=1.5s", "--size=2GB"})
              .run);
    CHECK(f.path == "/a");
    CHECK(f.path_set);
    CHECK(f.count == 7);
    CHECK(f.ratio == -1000);
    CHECK(f.timeout == 90min);
    CHECK(f.go_timeout == 1500ms);
    CHECK(f.size_bytes == uint64_t{2} << 30);
  }

  TEST_CASE("an empty value is a value and does not eat the next argument") {
    Fixture f;
    CHECK(f.parse({"--path.procfs=", "--web.max-requests=3"}).run);
    CHECK(f.path.empty());
    CHECK(f.count == 3);
    Fixture last;
    CHECK(last.parse({"--path.procfs="}).run);
    CHECK(last.path.empty());
  }

  TEST_CASE("a value may begin with a dash or hold an equals sign") {
    Fixture f;
    CHECK(f.parse({"--path.procfs", "--weird=x"}).run);
    CHECK(f.path == "--weird=x");
  }

  TEST_CASE("a boolean is switched off by its twin and the last one wins") {
    Fixture f;
    CHECK(f.parse({"--no-collector.cpu"}).run);
    CHECK_FALSE(f.enabled);
    Fixture g;
    CHECK(g.parse({"--no-collector.cpu", "--collector.cpu"}).run);
    CHECK(g.enabled);
    Fixture h;
    CHECK(h.parse({"--collector.cpu=false"}).run);
    CHECK_FALSE(h.enabled);
  }

  TEST_CASE("the first use of a list replaces its default") {
    Fixture f;
    CHECK(f.parse({"--web.listen-address=:1", "--web.listen-address", "[::1]:2"}).run);
    CHECK(f.addresses == std::vector<std::string>{":1", "[::1]:2"});
  }

  TEST_CASE("what is wrong is said as the originals say it") {
    CHECK(error_of({"--foo"}) == "sonde-x: error: unknown flag '--foo', try --help\n");
    CHECK(error_of({"--foo=bar"}) == "sonde-x: error: unknown flag '--foo', try --help\n");
    CHECK(error_of({"stray"}) == "sonde-x: error: unexpected stray, try --help\n");
    CHECK(error_of({"--path.procfs"}) ==
          "sonde-x: error: expected argument for flag '--path.procfs', try --help\n");
    CHECK(error_of({"--path.procfs=a", "--path.procfs=b"}) ==
          "sonde-x: error: flag 'path.procfs' cannot be repeated, try --help\n");
    CHECK(error_of({"--web.max-requests=0x10"}) ==
          "sonde-x: error: flag '--web.max-requests': want a whole number, got \"0x10\", try --help\n");
    CHECK(error_of({"--collector.cpu=maybe"}).find("'--collector.cpu'") != std::string::npos);
    for (const char* argument : {"--timeout=1.5h", "--size=12", "--ratio=x", "--go-timeout=soon"}) {
      CHECK(error_of({argument}).find("sonde-x: error: flag '--") == 0);
    }
  }

  TEST_CASE("the environment stands in where the command line is silent") {
    ::setenv("SONDE_TEST_PROCFS", "/env", 1);
    Fixture f;
    CHECK(f.parse({}).run);
    CHECK(f.path == "/env");
    CHECK(f.path_set);
    Fixture g;
    CHECK(g.parse({"--path.procfs=/line"}).run);
    CHECK(g.path == "/line");
    ::unsetenv("SONDE_TEST_PROCFS");
  }

  TEST_CASE("help and version end with code 0 and name the flags") {
    Fixture f;
    const Flags::Outcome help = f.parse({"--help"});
    CHECK_FALSE(help.run);
    CHECK(help.exit_code == 0);
    CHECK(help.text.find("usage: sonde-x [<flags>]\n") == 0);
    CHECK(help.text.find("      --[no-]collector.cpu") != std::string::npos);
    CHECK(help.text.find("--path.procfs=\"/proc\"") != std::string::npos);
    CHECK(help.text.find("gomaxprocs") == std::string::npos);
    Fixture g;
    const Flags::Outcome version = g.parse({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.text.find("sonde-x, version ") == 0);
  }

  TEST_CASE("ignored flags are taken and reported") {
    Fixture f;
    CHECK(f.parse({"--runtime.gomaxprocs=4"}).run);
    CHECK(f.flags.ignored_given() == std::vector<std::string>{"runtime.gomaxprocs"});
  }

  TEST_CASE("the values in effect are listed by name") {
    Fixture f;
    CHECK(f.parse({"--timeout=1m"}).run);
    const auto values = f.flags.values();
    REQUIRE(values.size() == 8);
    CHECK(values[0] == std::pair<std::string, std::string>("collector.cpu", "true"));
    CHECK(values[5] == std::pair<std::string, std::string>("timeout", "1m"));
  }

}  // TEST_SUITE
