#include "exporters/mysql/user_statistics.h"

#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {
namespace {

std::string emitted(std::string_view of, std::vector<std::string> columns,
                    std::vector<std::vector<std::optional<std::string>>> rows) {
  MetricSink sink;
  const Status done =
      emit_user_statistics({.columns = std::move(columns), .rows = std::move(rows)}, of, sink);
  const MetricSink* sinks[] = {&sink};
  std::string page;
  exposition::join_text(sinks, page);
  return done ? page : page + "failed: " + done.error().message();
}

bool counts(std::vector<std::vector<std::optional<std::string>>> rows) {
  FakeConnection connection;
  connection.answers_by_part["SHOW GLOBAL VARIABLES"] = variables(std::move(rows));
  return has_user_statistics(connection);
}

}  // namespace

// Columns as MariaDB 10.11 has them; families and types are those of mysqld_exporter's userstats and
// clientstats.
TEST_SUITE("mysql/user_statistics") {
  TEST_CASE("a server counts when it has the variable in either name and it is not off") {
    CHECK(counts({{"userstat", "ON"}}));
    CHECK(counts({{"userstat_running", "ON"}}));
    CHECK_FALSE(counts({{"userstat", "OFF"}}));
    CHECK_FALSE(counts({}));
    FakeConnection refuses;
    CHECK_FALSE(has_user_statistics(refuses));
  }

  TEST_CASE("every column that is known has its name and type") {
    const std::string page =
        emitted("client",
                {"CLIENT", "CONNECTED_TIME", "CPU_TIME", "BINLOG_BYTES_WRITTEN", "SELECT_COMMANDS",
                 "TOTAL_SSL_CONNECTIONS", "MAX_STATEMENT_TIME_EXCEEDED"},
                {{"h", "1", "2", "3", "4", "5", "6"}});
    for (const std::string_view line :
         {R"(connected_time_seconds_total{client="h"} 1)", R"(cpu_time_seconds_total{client="h"} 2)",
          R"(binlog_bytes_written_total{client="h"} 3)", R"(select_commands_total{client="h"} 4)",
          R"(total_ssl_connections_total{client="h"} 5)",
          R"(max_statement_time_exceeded_total{client="h"} 6)"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_info_schema_client_statistics_" + std::string(line)));
    }
    CHECK(page.find("statistics_cpu_time_seconds_total The cumulative CPU time elapsed, in seconds, while "
                    "servicing this client's connections.\n") != std::string::npos);
    CHECK(page.find("untyped") == std::string::npos);
  }

  TEST_CASE("a column that is not known is untyped and named after itself") {
    const std::string page =
        emitted("user", {"USER", "KEY_READ_HIT", "MAX_STATEMENT_TIME_EXCEEDED", "USER_NOTE"},
                {{"u", "7", "8", std::nullopt}});
    CHECK(has_line(page, "# TYPE mysql_info_schema_user_statistics_key_read_hit untyped"));
    CHECK(has_line(page, R"(mysql_info_schema_user_statistics_key_read_hit{user="u"} 7)"));
    CHECK(has_line(page, R"(mysql_info_schema_user_statistics_max_statement_time_exceeded{user="u"} 8)"));
    CHECK(page.find("user_note") == std::string::npos);
  }

  TEST_CASE("a value that is no number is an error after what is before it") {
    const std::string page = emitted("user", {"USER", "ROWS_READ"}, {{"a", "1"}, {"b", "x"}});
    CHECK(has_line(page, R"(mysql_info_schema_user_statistics_rows_read_total{user="a"} 1)"));
    CHECK(page.ends_with("failed: ROWS_READ: want a number, got \"x\""));
    CHECK(emitted("user", {}, {}).empty());
  }
}

}  // namespace sonde::mysql
