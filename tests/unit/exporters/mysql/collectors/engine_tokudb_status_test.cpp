#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/engine_tokudb_status") {
  // Names and values as Percona Server's manual shows them.
  TEST_CASE("each number is a family of its cleaned name") {
    FakeConnection connection;
    connection.answers["SHOW ENGINE TOKUDB STATUS"] = {
        .columns = {"Type", "Name", "Status"},
        .rows = {{"TokuDB", "indexer: number of calls to indexer->build() succeeded", "1"},
                 {"TokuDB", "ctrl: memory > limit, evicted", "2"},
                 {"TokuDB", "ft: uncompressed / compressed bytes written (overall)", "3.5"},
                 {"TokuDB", "filesystem: most recent disk full", "Thu Jan  1 00:00:00 1970"},
                 {"TokuDB", "filesystem: ENOSPC redzone state", "green"},
                 {"TokuDB", "x", std::nullopt}}};
    const std::string page = page_of(scrape_engine_tokudb_status, connection, kMySql80);
    CHECK(has_line(page, "mysql_engine_tokudb_indexer_number_of_calls_to_indexer_build_succeeded 1"));
    CHECK(has_line(page, "# TYPE mysql_engine_tokudb_ctrl_memory__limit_evicted untyped"));
    CHECK(has_line(page, "mysql_engine_tokudb_ctrl_memory__limit_evicted 2"));
    CHECK(has_line(page, "mysql_engine_tokudb_ft_uncompressed_and_compressed_bytes_written_overall 3.5"));
    CHECK(page.find("redzone") == std::string::npos);
  }

  TEST_CASE("a server without the engine is the scraper's failure") {
    FakeConnection connection;
    CHECK(page_of(scrape_engine_tokudb_status, connection) == "failed: error 1064: syntax error");
  }
}

}  // namespace sonde::mysql
