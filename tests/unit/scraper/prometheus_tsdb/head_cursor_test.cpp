#include "scraper/prometheus_tsdb/head_cursor.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/test_cursor.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/head_cursor") {
  TEST_CASE("series come in the order of their labels and not of the log") {
    const TemporaryFolder folder;
    folder.write(
        "wal/00000000",
        log_segment({series_record({{1, {{"n", "c"}}}, {2, {{"n", "a"}}}, {3, {}}, {4, {{"n", "b"}}}}),
                     samples_record({{1, {5, 1}}, {2, {5, 2}}, {3, {5, 3}}, {4, {5, 4}}})}));
    const auto data = read_data_folder(io::real_file_system(), folder.path());
    REQUIRE(data);
    LeftBehind left;
    const auto head = Head::open(io::real_file_system(), *data, left);
    REQUIRE(head);
    HeadCursor cursor(**head, {0, 10}, 2);
    // One without labels is none.
    CHECK(read_cursor(cursor) == SeriesMap{{Labels{{"n", "a"}}, {{5, 2}}},
                                           {Labels{{"n", "b"}}, {{5, 4}}},
                                           {Labels{{"n", "c"}}, {{5, 1}}}});
    CHECK_FALSE(*cursor.next());
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
