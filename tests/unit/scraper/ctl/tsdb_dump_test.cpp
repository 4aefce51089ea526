#include "scraper/ctl/tsdb_dump.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::ctl {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};

std::string dumped(const storage::SeriesSource& source, std::vector<std::vector<Matcher>> any_of,
                   storage::TimeRange range, DumpFormat format) {
  std::string out;
  const auto done = dump(source, any_of, range, format, [&](std::string_view text) { out += text; });
  return done ? out : done.error().message();
}

TEST_SUITE("ctl/tsdb_dump") {
  TEST_CASE("series come in the order of their labels, with markers where they end") {
    tsdb::TestContext context;
    const TemporaryFolder folder;
    const auto database = tsdb::open_database(folder.path(), context);
    const std::vector<Labels> columns{{{"__name__", "z"}}, {{"__name__", "a.b"}, {"x", "q\"\n\\"}}};
    const auto shape = database->intern_shape(columns);
    const auto group = database->open_group({{"job", "j"}}, {});
    const double values[] = {1.5, 1e21};
    const uint64_t absent[] = {2};
    REQUIRE(database->append(group, shape, {-1500, values, {}}) == storage::AppendOutcome::Stored);
    REQUIRE(database->append(group, shape, {2000, values, absent}) == storage::AppendOutcome::Stored);
    // The plain format is promtool's: fmt's %s of the labels, %g of the value, milliseconds.
    CHECK(dumped(*database, {{}}, kAlways, DumpFormat::Plain) ==
          "{__name__=\"a.b\", job=\"j\", x=\"q\\\"\\n\\\\\"} 1e+21 -1500\n"
          "{__name__=\"a.b\", job=\"j\", x=\"q\\\"\\n\\\\\"} NaN 2000\n"
          "{__name__=\"z\", job=\"j\"} 1.5 -1500\n"
          "{__name__=\"z\", job=\"j\"} 1.5 2000\n");
    CHECK(dumped(*database, {{}}, kAlways, DumpFormat::OpenMetrics) ==
          "{\"a.b\",job=\"j\",x=\"q\\\"\\n\\\\\"} 1e+21 -1.500\n"
          "z{job=\"j\"} 1.5 -1.500\n"
          "z{job=\"j\"} 1.5 2.000\n"
          "# EOF\n");
    // Any of the selectors; a series once.
    CHECK(dumped(*database, {{tsdb::equals("__name__", "z")}, {tsdb::equals("job", "j")}}, {0, 3000},
                 DumpFormat::OpenMetrics) ==
          "z{job=\"j\"} 1.5 2.000\n"
          "# EOF\n");
  }

  TEST_CASE("wrong flags are refused before the folder is touched") {
    const TemporaryFolder folder;
    const auto run = [&](std::string flag) {
      return tsdb_dump(std::vector<std::string>{std::move(flag), folder.path()});
    };
    CHECK(run("--min-time=x") == 1);
    CHECK(run("--max-time=1h") == 1);
    CHECK(run("--match=a{") == 1);
    CHECK(run("--nope") == 1);
    CHECK(tsdb_dump_openmetrics(std::vector<std::string>{folder.path()}) == 1);
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}

}  // namespace
}  // namespace sonde::ctl
