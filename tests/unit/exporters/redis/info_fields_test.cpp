#include "exporters/redis/info_fields.h"

#include <doctest/doctest.h>

#include <array>
#include <string_view>

namespace sonde::redis {
namespace {

// Rows of redis_exporter's own maps, of every section and every kind of renaming.
constexpr std::array kRows{
    InfoField{"aof_current_size", "aof_current_size_bytes", MetricType::Gauge},
    InfoField{"connected_clients", "connected_clients", MetricType::Gauge},
    InfoField{"evicted_keys", "evicted_keys_total", MetricType::Counter},
    InfoField{"keyspace_hits", "keyspace_hits_total", MetricType::Counter},
    InfoField{"loading", "loading_dump_file", MetricType::Gauge},
    InfoField{"maxclients", "max_clients", MetricType::Gauge},
    InfoField{"maxmemory", "memory_max_bytes", MetricType::Gauge},
    InfoField{"rdb_last_save_time", "rdb_last_save_timestamp_seconds", MetricType::Gauge},
    InfoField{"rejected_connections", "rejected_connections_total", MetricType::Counter},
    InfoField{"repl_backlog_active", "repl_backlog_is_active", MetricType::Gauge},
    InfoField{"server_threads", "server_threads_total", MetricType::Gauge},
    InfoField{"sync_partial_err", "replica_partial_resync_denied", MetricType::Gauge},
    InfoField{"tile38_in_memory_size", "tile38_in_memory_size_bytes", MetricType::Gauge},
    InfoField{"total_commands_processed", "commands_processed_total", MetricType::Counter},
    InfoField{"total_net_repl_output_bytes", "net_repl_output_bytes_total", MetricType::Counter},
    InfoField{"uptime_in_seconds", "uptime_in_seconds", MetricType::Gauge},
    InfoField{"used_cpu_user_children", "cpu_user_children_seconds_total", MetricType::Counter},
    InfoField{"used_memory_peak", "memory_used_peak_bytes", MetricType::Gauge},
};

}  // namespace

TEST_SUITE("redis/info_fields") {
  TEST_CASE("fields have the reference's families and types") {
    for (const InfoField& row : kRows) {
      CAPTURE(row.field);
      const InfoField* found = find_info_field(row.field);
      REQUIRE(found != nullptr);
      CHECK(found->family == row.family);
      CHECK(found->type == row.type);
      CHECK(found->scale == 1);
    }
  }

  TEST_CASE("the time of the latest fork is given in seconds") {
    const InfoField* field = find_info_field("latest_fork_usec");
    REQUIRE(field != nullptr);
    CHECK(field->family == "latest_fork_seconds");
    CHECK(field->scale == 1e-6);
  }

  TEST_CASE("what is not in the table has no row") {
    for (const std::string_view field :
         {"", "a", "redis_version", "used_memory_human", "USED_MEMORY", "zzz"}) {
      CAPTURE(field);
      CHECK(find_info_field(field) == nullptr);
    }
  }
}

}  // namespace sonde::redis
