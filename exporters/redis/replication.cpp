#include "exporters/redis/replication.h"

#include "common/core/number_text.h"

namespace sonde::redis {
namespace {

constexpr Desc kReplica{"redis_slave_info",
                        "Information about the Redis slave",
                        MetricType::Gauge,
                        {"master_host", "master_port", "read_only"}};
constexpr Desc kReplicaOffset{"redis_connected_slave_offset_bytes",
                              "Offset of connected slave",
                              MetricType::Gauge,
                              {"slave_ip", "slave_port", "slave_state"}};
constexpr Desc kReplicaLag{"redis_connected_slave_lag_seconds",
                           "Lag of connected slave",
                           MetricType::Gauge,
                           {"slave_ip", "slave_port", "slave_state"}};
constexpr Desc kLinkUp{"redis_master_link_up",
                       "Master link status on Redis slave",
                       MetricType::Gauge,
                       {"master_host", "master_port"}};
constexpr Desc kLastIo{"redis_master_last_io_seconds_ago",
                       "Master last io seconds ago",
                       MetricType::Gauge,
                       {"master_host", "master_port"}};
constexpr Desc kSync{"redis_master_sync_in_progress",
                     "Master sync in progress",
                     MetricType::Gauge,
                     {"master_host", "master_port"}};
constexpr Desc kOwnOffset{
    "redis_slave_repl_offset", "Slave replication offset", MetricType::Gauge, {"master_host", "master_port"}};
// "master_host", and in KeyDB with several masters "master_1_host", "master_2_host", …: the name without what
// stands between, or "" for another field.
std::string_view master_field(std::string_view field) {
  constexpr std::string_view kMaster = "master_";
  if (!field.starts_with(kMaster)) return {};
  std::string_view rest = field.substr(kMaster.size());
  const size_t digits = rest.find_first_not_of("0123456789");
  if (digits == 0) return rest;
  if (digits == std::string_view::npos || rest[digits] != '_') return {};
  return rest.substr(digits + 1);
}

// slave0:ip=10.0.0.7,port=6379,state=online,offset=1751844676,lag=0
void emit_replica(const InfoLine& line, Families& out) {
  const auto offset = parse_number(get_part(line.value, "offset"));
  const std::string_view ip = get_part(line.value, "ip");
  if (ip.empty() || !offset) return;
  const std::string_view port = get_part(line.value, "port");
  const std::string_view state = get_part(line.value, "state");
  out.sample(kReplicaOffset, {ip, port, state}, *offset);
  // Since Redis 3.0
  const auto lag = parse_number(get_part(line.value, "lag"));
  if (lag) out.sample(kReplicaLag, {ip, port, state}, *lag);
}

// The master that the lines so far have named.
struct Master {
  std::string_view host;
  std::string_view port;
};

void emit_number(const Desc& family, const InfoLine& line, const Master& master, Families& out) {
  const auto value = parse_number(line.value);
  if (value) out.sample(family, {master.host, master.port}, *value);
}

void emit_line(const InfoLine& line, Master& master, Families& out) {
  const std::string_view field = master_field(line.field);
  if (field == "host") {
    master.host = line.value;
  } else if (field == "port") {
    master.port = line.value;
  } else if (field == "link_status") {
    out.sample(kLinkUp, {master.host, master.port}, line.value == "up" ? 1 : 0);
  } else if (field == "last_io_seconds_ago") {
    emit_number(kLastIo, line, master, out);
  } else if (field == "sync_in_progress") {
    emit_number(kSync, line, master, out);
  } else if (line.field == "slave_repl_offset") {
    emit_number(kOwnOffset, line, master, out);
  } else if (line.field.starts_with("slave") && parse_unsigned(line.field.substr(5))) {
    emit_replica(line, out);
  }
}

}  // namespace

void emit_replication(const Info& info, Families& out) {
  Master master;
  for (const InfoLine& line : info.lines()) {
    if (line.section == "Replication") emit_line(line, master, out);
  }
  if (info.get("role") != "slave") return;
  out.sample(kReplica, {info.get("master_host"), info.get("master_port"), info.get("slave_read_only")}, 1);
}

}  // namespace sonde::redis
