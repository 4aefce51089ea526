#pragma once
// A server that answers statements from a table: what collectors make of an answer is tested without one.
// What a real server answers is the business of tests/e2e/mysql.

#include <map>
#include <string>
#include <vector>

#include "common/exposition/metric_sink.h"
#include "exporters/mysql/connection.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {

class FakeConnection final : public Connection {
 public:
  std::map<std::string, Table> answers;
  std::vector<std::string> asked{};

  Result<Table> query(const std::string& sql) override {
    asked.push_back(sql);
    const auto found = answers.find(sql);
    if (found == answers.end()) return Error(ErrorCode::InvalidArgument, "error 1064: syntax error");
    return found->second;
  }
  Status execute(const std::string& sql) override {
    asked.push_back(sql);
    return Ok{};
  }
};

// An answer of SHOW GLOBAL …: names and values.
inline Table variables(std::vector<std::vector<std::optional<std::string>>> rows) {
  return {.columns = {"Variable_name", "Value"}, .rows = std::move(rows)};
}

inline std::string page_of(Status (*scrape)(Connection&, MetricSink&), Connection& connection) {
  MetricSink sink;
  if (auto scraped = scrape(connection, sink); !scraped) return "failed: " + scraped.error().message();
  const MetricSink* sinks[] = {&sink};
  std::string page;
  exposition::join_text(sinks, page);
  return page;
}

}  // namespace sonde::mysql
