#include "exporters/mysql/row.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr Desc kInfo{"mysql_heartbeat_mysql_slave_hosts_info",
                     "Information about running slaves",
                     MetricType::Gauge,
                     {"server_id", "slave_host", "port", "master_id", "slave_uuid"}};

}  // namespace

// MySQL has the newer words since 8.4.
Status scrape_slave_hosts(const Source& source, MetricSink& sink) {
  auto table = source.connection.query("SHOW SLAVE HOSTS");
  if (!table && table.error().code() == ErrorCode::InvalidArgument) {
    table = source.connection.query("SHOW REPLICAS");
  }
  if (!table) return table.error();
  for (size_t index = 0; index < table->rows.size(); ++index) {
    const Row row(*table, index);
    sink.sample(kInfo,
                {row.text("Server_id"), row.text("Host"), row.text("Port"),
                 row.text("Master_id", "Source_Id"), row.text("Slave_UUID", "Replica_UUID")},
                1);
  }
  return Ok{};
}

}  // namespace sonde::mysql
