#include "exporters/mysql/connection.h"

#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#include <mysql_connection.h>
#include <mysql_driver.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sonde::mysql {
namespace {

// Error numbers of the server and of the client library (mysqld_error.h, errmsg.h). The user is refused, or a
// database, a table, a column or a statement to him.
bool is_access_error(int code) {
  constexpr std::array kCodes{1044, 1045, 1142, 1143, 1227, 1251, 1698};
  return std::ranges::find(kCodes, code) != kCodes.end();
}
bool is_absence_error(int code) {
  return code == 1109 || code == 1146;
}
// A wait for a lock, an interruption, and the limits of MariaDB and of MySQL.
bool is_time_error(int code) {
  return code == 1205 || code == 1317 || code == 1969 || code == 3024;
}
bool is_connection_error(int code) {
  return code >= 2000 && code < 2100;
}

Error from_exception(const sql::SQLException& exception) {
  const int code = exception.getErrorCode();
  const std::string message = "error " + std::to_string(code) + ": " + exception.what();
  if (is_access_error(code)) return Error(ErrorCode::PermissionDenied, message);
  if (is_absence_error(code)) return Error(ErrorCode::NotFound, message);
  if (is_time_error(code)) return Error(ErrorCode::DeadlineExceeded, message);
  if (is_connection_error(code)) return Error(ErrorCode::Unavailable, message);
  return Error(ErrorCode::InvalidArgument, message);
}

sql::ConnectOptionsMap options_of(const Endpoint& endpoint, Connection::Timeouts timeouts) {
  sql::ConnectOptionsMap options;
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + endpoint.host + "]" : endpoint.host;
  const std::string address = endpoint.socket.empty() ? "tcp://" + host + ":" + std::to_string(endpoint.port)
                                                      : "unix://" + endpoint.socket;
  options["hostName"] = sql::SQLString(address);
  options["userName"] = sql::SQLString(endpoint.user);
  options["password"] = sql::SQLString(endpoint.password);
  options["OPT_CONNECT_TIMEOUT"] = static_cast<int>(timeouts.connect.count());
  options["OPT_READ_TIMEOUT"] = static_cast<int>(timeouts.read.count());
  if (endpoint.tls != Endpoint::Tls::Off) options["sslEnforce"] = true;
  if (endpoint.tls == Endpoint::Tls::Verify) options["sslVerify"] = true;
  if (!endpoint.tls_ca_file.empty()) options["sslCA"] = sql::SQLString(endpoint.tls_ca_file);
  if (!endpoint.tls_cert_file.empty()) options["sslCert"] = sql::SQLString(endpoint.tls_cert_file);
  if (!endpoint.tls_key_file.empty()) options["sslKey"] = sql::SQLString(endpoint.tls_key_file);
  if (!endpoint.tls_versions.empty()) options["OPT_TLS_VERSION"] = sql::SQLString(endpoint.tls_versions);
  return options;
}

class ConnectorConnection final : public Connection {
 public:
  explicit ConnectorConnection(std::unique_ptr<sql::Connection> connection)
      : connection_(std::move(connection)) {}

  Result<Table> query(const std::string& sql) override {
    try {
      const std::unique_ptr<sql::Statement> statement(connection_->createStatement());
      const std::unique_ptr<sql::ResultSet> results(statement->executeQuery(sql));
      return read(*results);
    } catch (const sql::SQLException& exception) {
      return from_exception(exception);
    }
  }

  Status execute(const std::string& sql) override {
    try {
      const std::unique_ptr<sql::Statement> statement(connection_->createStatement());
      statement->execute(sql);
      return Ok{};
    } catch (const sql::SQLException& exception) {
      return from_exception(exception);
    }
  }

 private:
  static Table read(sql::ResultSet& results) {
    Table table;
    sql::ResultSetMetaData* facts = results.getMetaData();
    const unsigned columns = facts->getColumnCount();
    for (unsigned i = 1; i <= columns; ++i) table.columns.push_back(facts->getColumnLabel(i).asStdString());
    while (results.next()) {
      if (table.rows.size() == kRowsMax) {
        table.is_cut = true;
        break;
      }
      auto& row = table.rows.emplace_back();
      row.reserve(columns);
      for (unsigned i = 1; i <= columns; ++i) {
        const sql::SQLString text = results.getString(i);
        row.push_back(results.wasNull() ? std::nullopt : std::optional(text.asStdString()));
      }
    }
    return table;
  }

  std::unique_ptr<sql::Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Endpoint& endpoint, Timeouts timeouts) {
  try {
    sql::ConnectOptionsMap options = options_of(endpoint, timeouts);
    // The driver is a singleton of the library, made on first use and never deleted.
    std::unique_ptr<sql::Connection> connection(sql::mysql::get_mysql_driver_instance()->connect(options));
    return std::unique_ptr<Connection>(std::make_unique<ConnectorConnection>(std::move(connection)));
  } catch (const sql::SQLException& exception) {
    return from_exception(exception);
  }
}

}  // namespace sonde::mysql
