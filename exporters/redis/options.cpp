#include "exporters/redis/options.h"

#include <cstdlib>

namespace sonde::redis {
namespace {

using exporter::Flags;

void add_connection(Flags& flags, Options& options) {
  flags.text("redis.addr", options.address,
             "Address of the Redis instance to scrape; empty for /scrape only.",
             {.environment = "REDIS_ADDR", .set = &options.address_given});
  flags.text("redis.user", options.user,
             "User name to use for authentication (Redis ACL, Redis 6.0 and newer).",
             {.environment = "REDIS_USER"});
  flags.text("redis.password", options.password,
             "Password of the Redis instance; visible to others in the process list, so prefer "
             "REDIS_PASSWORD or a file.",
             {.environment = "REDIS_PASSWORD", .value_name = "PASSWORD"});
  flags.text("redis.password-file", options.password_file,
             "JSON file of addresses and their passwords, used where no password is given.",
             {.environment = "REDIS_PASSWORD_FILE", .value_name = "FILE"});
  flags.go_duration("connection-timeout", options.connection_timeout,
                    "Timeout for connecting to the Redis instance and for its answers.",
                    {.environment = "REDIS_EXPORTER_CONNECTION_TIMEOUT"});
  flags.text("config-command", options.config_command, "What to use for the CONFIG command; \"-\" skips it.",
             {.environment = "REDIS_EXPORTER_CONFIG_COMMAND"});
  flags.boolean("set-client-name", options.set_client_name,
                "Whether to set the client name to redis_exporter.",
                {.environment = "REDIS_EXPORTER_SET_CLIENT_NAME"});
  flags.boolean("ping-on-connect", options.ping_on_connect,
                "Whether to ping the Redis instance after connecting.",
                {.environment = "REDIS_EXPORTER_PING_ON_CONNECT"});
  flags.boolean("is-cluster", options.is_cluster,
                "The instance is a node of a Redis cluster: keys are looked for on all its masters, and "
                "/discover-cluster-nodes lists its nodes.",
                {.environment = "REDIS_EXPORTER_IS_CLUSTER"});
  flags.boolean("cluster-discover-hostnames", options.cluster_discover_hostnames,
                "Whether /discover-cluster-nodes lists nodes by the names that they announce.",
                {.environment = "REDIS_EXPORTER_CLUSTER_DISCOVER_HOSTNAMES"});
  flags.boolean("disable-scrape-endpoint", options.disable_scrape_endpoint, "Whether to disable /scrape.",
                {.environment = "REDIS_EXPORTER_DISABLE_SCRAPE_ENDPOINT"});
}

void add_tls(Flags& flags, Options& options) {
  flags.text("tls-ca-cert-file", options.tls.ca_file,
             "Authorities that servers of rediss:// addresses are checked against, instead of the system's.",
             {.environment = "REDIS_EXPORTER_TLS_CA_CERT_FILE", .value_name = "FILE"});
  flags.text("tls-client-cert-file", options.tls.certificate_file,
             "Certificate to show to servers of rediss:// addresses.",
             {.environment = "REDIS_EXPORTER_TLS_CLIENT_CERT_FILE", .value_name = "FILE"});
  flags.text("tls-client-key-file", options.tls.key_file, "Key of the certificate to show.",
             {.environment = "REDIS_EXPORTER_TLS_CLIENT_KEY_FILE", .value_name = "FILE"});
  flags.text("tls-server-name", options.tls_server_name,
             "Name that the server's certificate has to be for, instead of the host of its address.",
             {.environment = "REDIS_EXPORTER_TLS_SERVER_NAME", .value_name = "NAME"});
  flags.boolean("skip-tls-verification", options.tls.skip_verification,
                "Take any certificate of a server: anybody on the way can read the password.",
                {.environment = "REDIS_EXPORTER_SKIP_TLS_VERIFICATION"});
}

void add_keys(Flags& flags, Options& options) {
  flags.text("check-keys", options.check_keys,
             "Keys to export the size, memory and value of: names and patterns between commas, "
             "\"db3=session:*\" for another database than 0. Patterns are looked for with SCAN.",
             {.environment = "REDIS_EXPORTER_CHECK_KEYS", .value_name = "KEYS"});
  flags.text("check-single-keys", options.check_single_keys,
             "The same for names alone, which costs no SCAN even where they have characters of patterns.",
             {.environment = "REDIS_EXPORTER_CHECK_SINGLE_KEYS", .value_name = "KEYS"});
  flags.text("check-streams", options.check_streams,
             "Streams to export with their groups and consumers, as --check-keys.",
             {.environment = "REDIS_EXPORTER_CHECK_STREAMS", .value_name = "KEYS"});
  flags.text("check-single-streams", options.check_single_streams,
             "Streams to export with their groups and consumers, as --check-single-keys.",
             {.environment = "REDIS_EXPORTER_CHECK_SINGLE_STREAMS", .value_name = "KEYS"});
  flags.boolean("streams-exclude-consumer-metrics", options.streams_exclude_consumer_metrics,
                "Do not export single consumers of streams.",
                {.environment = "REDIS_EXPORTER_STREAMS_EXCLUDE_CONSUMER_METRICS"});
  flags.text("count-keys", options.count_keys,
             "Patterns to count the keys of, between commas: \"db0=production_*,db3=sessions:*\".",
             {.environment = "REDIS_EXPORTER_COUNT_KEYS", .value_name = "PATTERNS"});
  flags.text(
      "check-key-groups", options.check_key_groups,
      "Lua patterns between commas: keys are counted, with their memory, by what the first pattern that "
      "matches has captured.",
      {.environment = "REDIS_EXPORTER_CHECK_KEY_GROUPS", .value_name = "PATTERNS"});
  flags.integer("max-distinct-key-groups", options.max_distinct_key_groups,
                "How many groups of keys to export for each database, those with the most memory first; the "
                "others become the group \"overflow\".",
                {.environment = "REDIS_EXPORTER_MAX_DISTINCT_KEY_GROUPS"});
  flags.integer("check-keys-batch-size", options.check_keys_batch_size,
                "About how many keys each SCAN looks at. The server does nothing else meanwhile.",
                {.environment = "REDIS_EXPORTER_CHECK_KEYS_BATCH_SIZE"});
  flags.boolean("disable-exporting-key-values", options.disable_exporting_key_values,
                "Do not export the values of checked keys, neither as numbers nor as labels.",
                {.environment = "REDIS_EXPORTER_DISABLE_EXPORTING_KEY_VALUES"});
  flags.boolean("skip-checkkeys-for-role-master", options.skip_check_keys_for_role_master,
                "Do not look at keys and streams where the instance is a master.",
                {.environment = "REDIS_EXPORTER_SKIP_CHECKKEYS_FOR_ROLE_MASTER"});
}

void add_switches(Flags& flags, Options& options) {
  struct Row {
    const char* name;
    bool& target;
    const char* help;
    const char* environment;
  };
  const auto rows = {
      Row{"include-config-metrics", options.include_config_metrics,
          "Whether to export all settings of CONFIG GET.", "REDIS_EXPORTER_INCL_CONFIG_METRICS"},
      Row{"redact-config-metrics", options.redact_config_metrics,
          "Whether to leave out settings that are passwords.", "REDIS_EXPORTER_REDACT_CONFIG_METRICS"},
      Row{"include-system-metrics", options.include_system_metrics,
          "Whether to include system metrics such as total_system_memory_bytes.",
          "REDIS_EXPORTER_INCL_SYSTEM_METRICS"},
      Row{"include-metrics-for-empty-databases", options.include_empty_databases,
          "Whether to emit db metrics for databases without keys.",
          "REDIS_EXPORTER_INCL_METRICS_FOR_EMPTY_DATABASES"},
      Row{"include-rdb-file-size-metric", options.include_rdb_file_size_metric,
          "Whether to export the size of the RDB file, which this process must be able to see.",
          "REDIS_EXPORTER_INCL_RDB_FILE_SIZE_METRIC"},
      Row{"include-modules-metrics", options.include_modules_metrics,
          "Whether to export modules and what they say in INFO.", "REDIS_EXPORTER_INCL_MODULES_METRICS"},
      Row{"include-search-indexes-metrics", options.include_search_indexes_metrics,
          "Whether to export the indexes of the search module.",
          "REDIS_EXPORTER_INCL_SEARCH_INDEXES_METRICS"},
      Row{"include-sentinel-peer-info", options.include_sentinel_peer_info,
          "Whether to export the other Sentinels that a Sentinel knows.",
          "REDIS_EXPORTER_INCL_SENTINEL_PEER_INFO"},
      Row{"exclude-latency-histogram-metrics", options.exclude_latency_histogram_metrics,
          "Do not ask for latency histograms and spikes.",
          "REDIS_EXPORTER_EXCLUDE_LATENCY_HISTOGRAM_METRICS"},
      Row{"export-client-list", options.export_client_list,
          "Whether to export every connected client, with labels that change with each connection.",
          "REDIS_EXPORTER_EXPORT_CLIENT_LIST"},
      Row{"export-client-port", options.export_client_port,
          "Whether the exported clients have their port as a label.", "REDIS_EXPORTER_EXPORT_CLIENT_PORT"},
      Row{"is-tile38", options.is_tile38, "Whether the instance is a Tile38 server.",
          "REDIS_EXPORTER_IS_TILE38"},
      Row{"lua-script-read-only", options.lua_script_read_only, "Whether to run scripts by EVAL_RO.",
          "REDIS_EXPORTER_LUA_SCRIPT_READ_ONLY"},
      Row{"append-instance-role-label", options.append_instance_role_label,
          "Whether every sample has the label instance_role.", "REDIS_EXPORTER_APPEND_INSTANCE_ROLE_LABEL"},
  };
  for (const Row& row : rows) flags.boolean(row.name, row.target, row.help, {.environment = row.environment});
}

}  // namespace

void add_flags(exporter::Flags& flags, Options& options) {
  add_connection(flags, options);
  add_tls(flags, options);
  add_keys(flags, options);
  flags.text("script", options.scripts,
             "Files of Lua scripts to run on the server, between commas; what they return is exported.",
             {.environment = "REDIS_EXPORTER_SCRIPT", .value_name = "FILES"});
  flags.text("check-search-indexes", options.check_search_indexes,
             "Regular expression of the search indexes to export.",
             {.environment = "REDIS_EXPORTER_CHECK_SEARCH_INDEXES", .value_name = "REGEX"});
  flags.text("namespace", options.name_space, "Namespace of the metrics.",
             {.environment = "REDIS_EXPORTER_NAMESPACE"});
  add_switches(flags, options);
}

void take_environment(Options& options) {
  const char* address = std::getenv("REDIS_ADDR");
  if (address != nullptr && *address == '\0' && !options.address_given) options.address.clear();
}

}  // namespace sonde::redis
