#include "exporters/mysql/limited_connection.h"

namespace sonde::mysql {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// The server is told again when what it was told is too long by this: not before each quick statement.
constexpr int64_t kSlackMs = 50;

std::string limiting_statement(const Server& server, int64_t time_ms) {
  if (server.is_mariadb) {
    const std::string seconds =
        std::to_string(time_ms / 1000) + "." + std::to_string(1000 + time_ms % 1000).substr(1);
    return "SET SESSION max_statement_time=" + seconds;
  }
  // MySQL has it since 5.7; older servers are left to the read timeout.
  if (server.version < Version{5, 7}) return "SET @sonde=1";
  return "SET SESSION max_execution_time=" + std::to_string(time_ms);
}

}  // namespace

void LimitedConnection::set_deadline(int64_t monotonic_ns) {
  deadline_monotonic_ns_ = monotonic_ns;
  was_cut_ = false;
}

int64_t LimitedConnection::left_ms() const {
  return (deadline_monotonic_ns_ - clock_.monotonic_ns()) / kNsPerMs;
}

Status LimitedConnection::limit() {
  const int64_t time_ms = left_ms();
  if (time_ms <= 0) return Error(ErrorCode::DeadlineExceeded, "the time for the scrape is over");
  if (auto told = connection_->execute(limiting_statement(server_, time_ms)); !told) return told;
  limit_ms_ = time_ms;
  return Ok{};
}

Status LimitedConnection::keep_in_time() {
  const int64_t time_ms = left_ms();
  return time_ms > 0 && limit_ms_ <= time_ms + kSlackMs ? Status(Ok{}) : limit();
}

Result<Table> LimitedConnection::query(const std::string& sql) {
  if (auto in_time = keep_in_time(); !in_time) return in_time.error();
  auto table = connection_->query(sql);
  if (table && table->is_cut) was_cut_ = true;
  return table;
}

Status LimitedConnection::execute(const std::string& sql) {
  if (auto in_time = keep_in_time(); !in_time) return in_time;
  return connection_->execute(sql);
}

}  // namespace sonde::mysql
