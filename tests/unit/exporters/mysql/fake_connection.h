#pragma once
// A server that answers statements from a table: what collectors make of an answer is tested without one.
// What a real server answers is the business of tests/e2e/mysql.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "common/exposition/metric_sink.h"
#include "exporters/mysql/connection.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {

class FakeConnection final : public Connection {
 public:
  std::map<std::string, Table> answers;          // by statement
  std::map<std::string, Table> answers_by_part;  // by a part of statements that have no answer of their own
  std::vector<std::string> asked{};
  // Of a statement that has no answer.
  Error refusal{ErrorCode::InvalidArgument, "error 1064: syntax error"};

  Result<Table> query(const std::string& sql) override {
    asked.push_back(sql);
    if (const auto found = answers.find(sql); found != answers.end()) return found->second;
    const auto found = std::ranges::find_if(
        answers_by_part, [&](const auto& answer) { return sql.find(answer.first) != std::string::npos; });
    if (found == answers_by_part.end()) return refusal;
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

inline constexpr Server kMariaDb{.version = {10, 11, 6}, .is_mariadb = true};
inline constexpr Server kMySql80{.version = {8, 0, 36}};

// What the scraper shows, and what failed it after that.
inline std::string page_of(Status (*scrape)(const Source&, MetricSink&), Connection& connection,
                           const Server& server = kMariaDb, const ScraperOptions& options = {}) {
  MetricSink sink;
  const Status scraped = scrape({connection, server, options}, sink);
  const MetricSink* sinks[] = {&sink};
  std::string page;
  exposition::join_text(sinks, page);
  return scraped ? page : page + "failed: " + scraped.error().message();
}

inline bool has_line(const std::string& page, std::string_view line) {
  return page.find("\n" + std::string(line) + "\n") != std::string::npos;
}

}  // namespace sonde::mysql
