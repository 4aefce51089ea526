#include "exporters/redis/options.h"

namespace sonde::redis {

void add_flags(exporter::Flags& flags, Options& options) {
  flags.text("redis.addr", options.address,
             "Address of the Redis instance to scrape; empty for /scrape only.",
             {.environment = "REDIS_ADDR"});
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
  flags.text("namespace", options.name_space, "Namespace of the metrics.",
             {.environment = "REDIS_EXPORTER_NAMESPACE"});
  flags.text("config-command", options.config_command, "What to use for the CONFIG command; \"-\" skips it.",
             {.environment = "REDIS_EXPORTER_CONFIG_COMMAND"});
  flags.boolean("set-client-name", options.set_client_name,
                "Whether to set the client name to redis_exporter.",
                {.environment = "REDIS_EXPORTER_SET_CLIENT_NAME"});
  flags.boolean("ping-on-connect", options.ping_on_connect,
                "Whether to ping the Redis instance after connecting.",
                {.environment = "REDIS_EXPORTER_PING_ON_CONNECT"});
  flags.boolean("include-system-metrics", options.include_system_metrics,
                "Whether to include system metrics such as total_system_memory_bytes.",
                {.environment = "REDIS_EXPORTER_INCL_SYSTEM_METRICS"});
  flags.boolean("include-metrics-for-empty-databases", options.include_empty_databases,
                "Whether to emit db metrics for databases without keys.",
                {.environment = "REDIS_EXPORTER_INCL_METRICS_FOR_EMPTY_DATABASES"});
  flags.boolean("disable-scrape-endpoint", options.disable_scrape_endpoint, "Whether to disable /scrape.",
                {.environment = "REDIS_EXPORTER_DISABLE_SCRAPE_ENDPOINT"});
}

}  // namespace sonde::redis
