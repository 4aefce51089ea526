#pragma once
// One connection to a MySQL or MariaDB server: the only file that knows the connector, whose exceptions end
// here as Errors. One thread at a time; calls block up to their timeouts.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::mysql {

// Where and as whom to connect. Secrets stay in here: it has no printed form.
struct Endpoint {
  std::string host;  // empty when a socket is used
  uint16_t port = 3306;
  std::string socket;
  std::string user;
  std::string password;
  enum class Tls : uint8_t { Off, Encrypt, Verify };  // Encrypt: no checks; Verify: chain and host name
  Tls tls = Tls::Off;
  std::string tls_ca_file;
  std::string tls_cert_file;
  std::string tls_key_file;
  std::string tls_versions;  // "TLSv1.2,TLSv1.3"; "" for the library's choice
};

// Rows of an answer that are taken, so that no server can fill the memory.
inline constexpr size_t kRowsMax = 250'000;

// A whole answer; NULL is nullopt.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
  bool is_cut = false;  // there were more rows than kRowsMax; these are the first of them
};

class Connection {
 public:
  struct Timeouts {
    std::chrono::seconds connect;
    std::chrono::seconds read;  // of each read later on: for servers that do not even end a statement
  };
  // Unavailable when nobody answers, PermissionDenied when the server refuses the user.
  static Result<std::unique_ptr<Connection>> open(const Endpoint& endpoint, Timeouts timeouts);
  virtual ~Connection() = default;

  // Runs one statement; a text that the server refuses is InvalidArgument, one that the user may not run
  // PermissionDenied, one that names an unknown table NotFound, one that the server ended for its time
  // DeadlineExceeded, a lost connection Unavailable.
  virtual Result<Table> query(const std::string& sql) = 0;
  virtual Status execute(const std::string& sql) = 0;
};

}  // namespace sonde::mysql
