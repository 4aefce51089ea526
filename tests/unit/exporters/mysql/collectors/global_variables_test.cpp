#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {
namespace {

std::string page_of_rows(std::vector<std::vector<std::optional<std::string>>> rows) {
  FakeConnection connection;
  connection.answers["SHOW GLOBAL VARIABLES"] = variables(std::move(rows));
  return page_of(scrape_global_variables, connection);
}

bool has(const std::string& page, std::string_view line) {
  return page.find("\n" + std::string(line) + "\n") != std::string::npos;
}

}  // namespace

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/global_variables") {
  TEST_CASE("numbers and switches are gauges and other texts are left out") {
    const std::string page = page_of_rows({{"max_connections", "151"},
                                           {"log_bin", "ON"},
                                           {"datadir", "/var/lib/mysql/"},
                                           {"ssl_ca", std::nullopt}});
    CHECK(has(page, "# TYPE mysql_global_variables_max_connections gauge"));
    CHECK(has(page, "mysql_global_variables_max_connections 151"));
    CHECK(has(page, "mysql_global_variables_log_bin 1"));
    CHECK(page.find("datadir") == std::string::npos);
    CHECK(page.find("ssl_ca") == std::string::npos);
  }

  TEST_CASE("the version is labels") {
    const std::string page = page_of_rows({{"innodb_version", "5.6.30-76.3"},
                                           {"version", "5.6.30-76.3-56"},
                                           {"version_comment", "Percona XtraDB Cluster"}});
    CHECK(has(page,
              "mysql_version_info{innodb_version=\"5.6.30-76.3\",version=\"5.6.30-76.3-56\",version_comment="
              "\"Percona XtraDB Cluster\"} 1"));
  }

  TEST_CASE("the isolation level is known by both of its names") {
    for (const char* name : {"tx_isolation", "transaction_isolation"}) {
      CAPTURE(name);
      CHECK(has(page_of_rows({{name, "REPEATABLE-READ"}}),
                "mysql_transaction_isolation{level=\"REPEATABLE-READ\"} 1"));
    }
  }

  TEST_CASE("a Galera node has a cluster's name and the size of its cache") {
    const auto cache = [](const std::string& options) {
      return page_of_rows({{"wsrep_cluster_name", "supercluster"}, {"wsrep_provider_options", options}});
    };
    const std::string page = cache("evs.auto_evict = 0; gcache.size = 128M; gcs.fc_debug = 0;");
    CHECK(has(page, "mysql_galera_variables_info{wsrep_cluster_name=\"supercluster\"} 1"));
    CHECK(has(page, "mysql_galera_gcache_size_bytes 1.34217728e+08"));  // 128 * 1024 * 1024
    CHECK(has(cache("gcache.size = 2K"), "mysql_galera_gcache_size_bytes 2048"));
    CHECK(has(cache("gcache.size = 1G"), "mysql_galera_gcache_size_bytes 1.073741824e+09"));
    CHECK(has(cache("gcache.size = 12"), "mysql_galera_gcache_size_bytes 12"));
    CHECK(cache("gcache.size = much").find("gcache_size_bytes") == std::string::npos);
    CHECK(cache("gcache.page_size = 128M").find("gcache_size_bytes") == std::string::npos);
  }

  TEST_CASE("a refused statement is the scraper's failure") {
    FakeConnection connection;
    CHECK(page_of(scrape_global_variables, connection) == "failed: error 1064: syntax error");
  }
}

}  // namespace sonde::mysql
