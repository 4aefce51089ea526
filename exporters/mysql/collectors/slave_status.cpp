#include <array>
#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/mysql/row.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/status_value.h"

namespace sonde::mysql {
namespace {

// MariaDB's, MySQL's, and MySQL's since 8.4. The first form of one that the server knows is taken; the
// suffixes are Percona's, which then takes no lock.
constexpr std::array<std::string_view, 3> kStatements{"SHOW ALL SLAVES STATUS", "SHOW SLAVE STATUS",
                                                      "SHOW REPLICA STATUS"};
constexpr std::array<std::string_view, 3> kSuffixes{"", " NONBLOCKING", " NOLOCK"};
constexpr std::string_view kGenericHelp = "Generic metric from SHOW SLAVE STATUS.";

constexpr std::array<std::string_view, 4> kLabels{"master_host", "master_uuid", "channel_name",
                                                  "connection_name"};
constexpr std::array kPositions{
    std::pair{std::string_view("Gtid_IO_Pos"), Desc{"mysql_slave_status_gtid_io_pos",
                                                    "Gtid_IO_Pos metric from SHOW SLAVE STATUS.",
                                                    MetricType::Gauge,
                                                    {"master_host", "master_uuid", "channel_name",
                                                     "connection_name", "domain_id", "server_id"}}},
    std::pair{std::string_view("Gtid_Slave_Pos"), Desc{"mysql_slave_status_gtid_slave_pos",
                                                       "Gtid_Slave_Pos metric from SHOW SLAVE STATUS.",
                                                       MetricType::Gauge,
                                                       {"master_host", "master_uuid", "channel_name",
                                                        "connection_name", "domain_id", "server_id"}}},
};

Result<Table> ask(Connection& connection) {
  Result<Table> table = Error(ErrorCode::InvalidArgument, "");
  for (const std::string_view statement : kStatements) {
    for (const std::string_view suffix : kSuffixes) {
      table = connection.query(std::string(statement) + std::string(suffix));
      if (table || table.error().code() != ErrorCode::InvalidArgument) return table;
    }
  }
  return table;
}

// "0-1-270,1-2-42": domain, server and number of the last transaction of each domain.
void emit_position(std::string_view text, const Desc& desc, std::span<const std::string_view> labels,
                   MetricSink& sink) {
  for (const std::string_view position : split(text, ',')) {
    const std::vector<std::string_view> parts = split(position, '-');
    const auto number = parts.size() == 3 ? parse_unsigned(parts[2]) : std::nullopt;
    if (!number) continue;
    std::vector<std::string_view> all(labels.begin(), labels.end());
    all.insert(all.end(), parts.begin(), parts.begin() + 2);
    sink.sample(desc, all, static_cast<double>(*number));
  }
}

}  // namespace

Status scrape_slave_status(const Source& source, MetricSink& sink) {
  const auto table = ask(source.connection);
  if (!table) return table.error();
  for (size_t index = 0; index < table->rows.size(); ++index) {
    const Row row(*table, index);
    const std::array labels{row.text("Master_Host", "Source_Host"), row.text("Master_UUID", "Source_UUID"),
                            row.text("Channel_Name"), row.text("Connection_name")};
    for (const std::string& column : table->columns) {
      const auto value = parse_status_value(row.text(column));
      if (!value) continue;
      const std::string name = "mysql_slave_status_" + metric_part(column);
      sink.sample(sink.family(name, kGenericHelp, MetricType::Untyped, kLabels), labels, *value);
    }
    for (const auto& [column, desc] : kPositions) emit_position(row.text(column), desc, labels, sink);
  }
  return Ok{};
}

}  // namespace sonde::mysql
