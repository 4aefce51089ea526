#include <doctest/doctest.h>

#include <utility>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_replica_host") {
  TEST_CASE("a replica's figures are gauges in base units") {
    FakeConnection connection;
    connection.answers_by_part["information_schema.replica_host_status"] = {
        .columns = {},
        .rows = {{"dbtools-cluster-us-west-2c", "reader", "1.25", "100000", "2000", "50", "300000"},
                 {"writer-1", "writer", "3", "0", "0", "0", "0"}}};
    const std::string page = page_of(scrape_replica_host, connection, kMySql80);
    const std::string labels = R"({server_id="dbtools-cluster-us-west-2c",role="reader"} )";
    for (const auto& [name, value] :
         {std::pair{"cpu_percent", "1.25"}, std::pair{"replica_latency_seconds", "0.1"},
          std::pair{"lag_seconds", "2"}, std::pair{"log_stream_speed", "50"},
          std::pair{"replay_latency_seconds", "0.3"}}) {
      CAPTURE(name);
      CHECK(has_line(page, "mysql_info_schema_replica_host_" + std::string(name) + labels + value));
    }
    CHECK(has_line(page,
                   R"(mysql_info_schema_replica_host_cpu_percent{server_id="writer-1",role="writer"} 3)"));
  }

  TEST_CASE("only Aurora has the table and other errors are failures") {
    FakeConnection connection;
    connection.refusal = Error(ErrorCode::NotFound, "error 1109: unknown table");
    CHECK(page_of(scrape_replica_host, connection).empty());
    connection.refusal = Error(ErrorCode::PermissionDenied, "error 1142: denied");
    CHECK(page_of(scrape_replica_host, connection) == "failed: error 1142: denied");
  }
}

}  // namespace sonde::mysql
