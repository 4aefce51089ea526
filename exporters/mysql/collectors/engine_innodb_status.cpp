#include <array>
#include <optional>
#include <string_view>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

struct Phrase {
  std::string_view text;  // behind the number
  Desc desc;
};
constexpr std::array kPhrases{
    Phrase{" queries inside InnoDB", {"mysql_engine_innodb_queries_inside_innodb", "Queries inside InnoDB."}},
    Phrase{" queries in queue", {"mysql_engine_innodb_queries_in_queue", "Queries in queue."}},
    Phrase{" read views open inside InnoDB",
           {"mysql_engine_innodb_read_views_open_inside_innodb", "Read views open inside InnoDB."}},
};

// The number that ends where the phrase begins, when only such parts stand before it: "1 queries inside
// InnoDB, 2 queries in queue".
std::optional<double> number_before(std::string_view line, std::string_view phrase) {
  for (std::string_view part : split(line, ',')) {
    part = trim(part);
    if (!part.ends_with(phrase)) continue;
    const auto number = parse_unsigned(part.substr(0, part.size() - phrase.size()));
    if (number) return static_cast<double>(*number);
  }
  return std::nullopt;
}

}  // namespace

// Differs: the status has texts of statements as well, which may hold anything; the lines that are wanted
// begin with the numbers and come after them.
Status scrape_engine_innodb_status(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query("SHOW ENGINE INNODB STATUS");
  if (!table) return table.error();
  if (table->rows.empty() || table->rows[0].size() < 3 || !table->rows[0][2]) {
    return Error(ErrorCode::Corrupt, "SHOW ENGINE INNODB STATUS: want one row of three columns");
  }
  std::array<std::optional<double>, kPhrases.size()> found;
  for (const std::string_view line : split(*table->rows[0][2], '\n')) {
    for (size_t i = 0; i < kPhrases.size(); ++i) {
      if (const auto number = number_before(line, kPhrases[i].text)) found[i] = number;
    }
  }
  for (size_t i = 0; i < kPhrases.size(); ++i) {
    if (found[i]) sink.sample(kPhrases[i].desc, *found[i]);
  }
  return Ok{};
}

}  // namespace sonde::mysql
