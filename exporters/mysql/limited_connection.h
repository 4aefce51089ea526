#pragma once
// A connection of which no statement outlives its deadline: the server is told how long a statement may take,
// and one that would begin after the deadline does not. Owned by one thread at a time.

#include <cstdint>
#include <memory>
#include <string>

#include "common/core/clock.h"
#include "exporters/mysql/connection.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {

class LimitedConnection final : public Connection {
 public:
  // `server` is the one behind `connection`.
  LimitedConnection(std::unique_ptr<Connection> connection, const Server& server, const Clock& clock)
      : connection_(std::move(connection)), server_(server), clock_(clock) {}

  // For the statements from now on; forgets what was_cut() said.
  void set_deadline(int64_t monotonic_ns);
  // Tells the server how long a statement may take now. DeadlineExceeded when that is nothing; an error of
  // the connection shows here.
  Status limit();
  // Whether an answer since set_deadline() had more rows than kRowsMax.
  bool was_cut() const { return was_cut_; }

  Result<Table> query(const std::string& sql) override;
  Status execute(const std::string& sql) override;

 private:
  int64_t left_ms() const;
  Status keep_in_time();

  std::unique_ptr<Connection> connection_;
  const Server server_;
  const Clock& clock_;
  int64_t deadline_monotonic_ns_ = 0;
  int64_t limit_ms_ = INT64_MAX;  // what the server was told
  bool was_cut_ = false;
};

}  // namespace sonde::mysql
