// What a Sentinel says of itself, of the masters that it watches, and of their replicas and other Sentinels.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

// Fields of INFO's section Sentinel.
struct InfoRow {
  std::string_view field;
  Desc family;
};
constexpr std::array kInfoRows{
    InfoRow{"sentinel_masters",
            {"redis_sentinel_masters", "The number of masters this sentinel is watching"}},
    InfoRow{"sentinel_running_scripts",
            {"redis_sentinel_running_scripts", "Number of scripts in execution right now"}},
    InfoRow{"sentinel_scripts_queue_length",
            {"redis_sentinel_scripts_queue_length", "Queue of user scripts to execute"}},
    InfoRow{"sentinel_simulate_failure_flags",
            {"redis_sentinel_simulate_failure_flags", "Failures simulations"}},
    InfoRow{"sentinel_tilt", {"redis_sentinel_tilt", "Sentinel is in TILT mode"}}};

constexpr Desc kStatus{"redis_sentinel_master_status",
                       "Master status on Sentinel",
                       MetricType::Gauge,
                       {"master_name", "master_address", "master_status"}};
constexpr Desc kReplicas{"redis_sentinel_master_slaves",
                         "The number of slaves of the master",
                         MetricType::Gauge,
                         {"master_name", "master_address"}};
constexpr Desc kSentinels{"redis_sentinel_master_sentinels",
                          "The number of sentinels monitoring this master",
                          MetricType::Gauge,
                          {"master_name", "master_address"}};
constexpr Desc kQuorum{"redis_sentinel_master_ckquorum_status",
                       "Master ckquorum status",
                       MetricType::Gauge,
                       {"master_name", "message"}};
constexpr Desc kOkSentinels{"redis_sentinel_master_ok_sentinels",
                            "The number of okay sentinels monitoring this master",
                            MetricType::Gauge,
                            {"master_name", "master_address"}};
constexpr Desc kOkReplicas{"redis_sentinel_master_ok_slaves",
                           "The number of okay slaves of the master",
                           MetricType::Gauge,
                           {"master_name", "master_address"}};
constexpr Desc kPeer{"redis_sentinel_peer_info",
                     "Other Sentinel peers discovered via SENTINEL SENTINELS (one scrape from one Sentinel)",
                     MetricType::Gauge,
                     {"master_name", "master_address", "name", "ip", "port", "runid", "flags"}};
constexpr Desc kConfigKeyValue{"redis_sentinel_config_key_value",
                               "Sentinel global config key and value",
                               MetricType::Gauge,
                               {"key", "value"}};
constexpr Desc kConfigValue{"redis_sentinel_config_value",
                            "Sentinel global config key and value as metric",
                            MetricType::Gauge,
                            {"key"}};

// Fields of a master in SENTINEL MASTERS.
struct MasterRow {
  std::string_view field;
  Desc family;
  double scale = 1;
};
constexpr std::array kMasterRows{
    MasterRow{"config-epoch",
              {"redis_sentinel_master_config_epoch",
               "The configuration epoch of the master (increments on each failover)",
               MetricType::Gauge,
               {"master_name", "master_address"}}},
    MasterRow{"down-after-milliseconds",
              {"redis_sentinel_master_setting_down_after_milliseconds",
               "Show the current down-after-milliseconds config for each master",
               MetricType::Gauge,
               {"master_name", "master_address"}}},
    MasterRow{"failover-timeout",
              {"redis_sentinel_master_setting_failover_timeout",
               "Show the current failover-timeout config for each master",
               MetricType::Gauge,
               {"master_name", "master_address"}}},
    MasterRow{"last-ok-ping-reply",
              {"redis_sentinel_master_last_ok_ping_reply_seconds",
               "Elapsed time in seconds since the last successful ping reply from the master",
               MetricType::Gauge,
               {"master_name", "master_address"}},
              1e-3},
    MasterRow{"parallel-syncs",
              {"redis_sentinel_master_setting_parallel_syncs",
               "Show the current parallel-syncs config for each master",
               MetricType::Gauge,
               {"master_name", "master_address"}}},
    MasterRow{"quorum",
              {"redis_sentinel_master_setting_ckquorum",
               "Show the current ckquorum config for each master",
               MetricType::Gauge,
               {"master_name", "master_address"}}}};

// master0:name=mymaster,status=ok,address=127.0.0.1:6379,slaves=1,sentinels=3
void emit_master_line(const InfoLine& line, Families& out) {
  const auto replicas = parse_number(get_part(line.value, "slaves"));
  const auto sentinels = parse_number(get_part(line.value, "sentinels"));
  if (!replicas || !sentinels) return;
  const std::string_view name = get_part(line.value, "name");
  const std::string_view address = get_part(line.value, "address");
  const std::string_view status = get_part(line.value, "status");
  out.sample(kStatus, {name, address, status}, status == "ok" ? 1 : 0);
  out.sample(kReplicas, {name, address}, *replicas);
  out.sample(kSentinels, {name, address}, *sentinels);
}

void emit_section(const Info& info, Families& out) {
  for (const InfoLine& line : info.lines()) {
    if (line.section != "Sentinel") continue;
    const auto row = std::ranges::find(kInfoRows, line.field, &InfoRow::field);
    const auto value = row == kInfoRows.end() ? std::nullopt : parse_number(line.value);
    if (value) out.sample(row->family, *value);
    if (line.field.starts_with("master") && parse_unsigned(line.field.substr(6))) emit_master_line(line, out);
  }
}

bool is_down(const Reply& instance) {
  const std::string_view flags = text_of(value_of(instance, "flags"));
  return flags.empty() || flags.find("s_down") != std::string_view::npos ||
         flags.find("o_down") != std::string_view::npos;
}

double count_ok(const Reply& instances) {
  return static_cast<double>(
      std::ranges::count_if(instances.items, [](const Reply& i) { return !is_down(i); }));
}

// A master with what else was asked about it.
struct Master {
  std::string_view name;
  std::string address;
  const Reply& facts;
};

void emit_peers(const Master& master, const Reply& sentinels, Families& out) {
  for (const Reply& peer : sentinels.items) {
    const auto field = [&](std::string_view name) { return text_of(value_of(peer, name)); };
    out.sample(kPeer,
               {master.name, master.address, field("name"), field("ip"), field("port"), field("runid"),
                field("flags")},
               1);
  }
}

void emit_master(const Master& master, std::span<const Reply> answers, bool with_peers, Families& out) {
  const Reply& quorum = answers[0];
  out.sample(kQuorum, {master.name, quorum.text}, quorum.is_error() ? 0 : 1);
  for (const MasterRow& row : kMasterRows) {
    const auto value = number_of(value_of(master.facts, row.field));
    if (value) out.sample(row.family, {master.name, master.address}, *value * row.scale);
  }
  if (with_peers) emit_peers(master, answers[1], out);
  // This Sentinel is one of them.
  out.sample(kOkSentinels, {master.name, master.address}, 1 + count_ok(answers[1]));
  out.sample(kOkReplicas, {master.name, master.address}, count_ok(answers[2]));
}

// Settings of the Sentinel itself. Differs: its password is a secret like those of servers.
void emit_settings(const Reply& settings, bool redact, Families& out) {
  for_each_pair(settings, [&](std::string_view name, const Reply& reply) {
    if (redact && name == "sentinel-pass") return;
    const std::string_view value = text_of(reply);
    out.sample(kConfigKeyValue, {name, value}, 1);
    if (const auto number = parse_number(value)) out.sample(kConfigValue, {name}, *number);
  });
}

}  // namespace

Status collect_sentinel(Scrape& scrape) {
  emit_section(scrape.info, scrape.out);
  const auto list = scrape.client.command({"SENTINEL", "MASTERS"});
  if (!list) return list.error();
  std::vector<Master> masters;
  std::vector<Command> commands;
  for (const Reply& facts : list->items) {
    const std::string_view name = text_of(value_of(facts, "name"));
    const std::string_view ip = text_of(value_of(facts, "ip"));
    if (name.empty() || ip.empty()) continue;
    std::string address = std::string(ip) + ":" + std::string(text_of(value_of(facts, "port")));
    masters.push_back({.name = name, .address = std::move(address), .facts = facts});
    commands.push_back({"SENTINEL", "CKQUORUM", name});
    commands.push_back({"SENTINEL", "SENTINELS", name});
    commands.push_back({"SENTINEL", "SLAVES", name});
  }
  if (scrape.options.include_config_metrics) commands.push_back({"SENTINEL", "CONFIG", "GET", "*"});
  const auto answers = scrape.client.pipeline(commands);
  if (!answers) return answers.error();
  const std::span<const Reply> all(*answers);
  for (size_t i = 0; i < masters.size(); ++i) {
    emit_master(masters[i], all.subspan(i * 3, 3), scrape.options.include_sentinel_peer_info, scrape.out);
  }
  if (scrape.options.include_config_metrics) {
    emit_settings(all.back(), scrape.options.redact_config_metrics, scrape.out);
  }
  return Ok{};
}

}  // namespace sonde::redis
