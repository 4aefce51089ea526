#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace {

sonde::redis::Reply config_of(std::initializer_list<const char*> texts) {
  sonde::redis::Reply reply;
  reply.kind = sonde::redis::Reply::Kind::List;
  for (const char* text : texts)
    reply.items.push_back({.kind = sonde::redis::Reply::Kind::Text, .text = text});
  return reply;
}

}  // namespace

namespace sonde::redis {

TEST_SUITE("redis/groups/config") {
  TEST_CASE("the four settings of everybody and the limits of output buffers are shown") {
    GroupLab lab;
    lab.config =
        config_of({"maxclients", "10000", "io-threads", "1", "appendonly", "no", "client-output-buffer-limit",
                   "normal 0 0 0 slave 268435456 67108864 60 pubsub x", "requirepass", "secret"});
    CHECK(lab.run(collect_config) ==
          "redis_config_client_output_buffer_limit_bytes{class=\"normal\",limit=\"hard\"} 0\n"
          "redis_config_client_output_buffer_limit_bytes{class=\"normal\",limit=\"soft\"} 0\n"
          "redis_config_client_output_buffer_limit_bytes{class=\"slave\",limit=\"hard\"} 2.68435456e+08\n"
          "redis_config_client_output_buffer_limit_bytes{class=\"slave\",limit=\"soft\"} 6.7108864e+07\n"
          "redis_config_client_output_buffer_limit_overcome_seconds{class=\"normal\",limit=\"soft\"} 0\n"
          "redis_config_client_output_buffer_limit_overcome_seconds{class=\"slave\",limit=\"soft\"} 60\n"
          "redis_config_io_threads 1\nredis_config_maxclients 10000\n");
  }

  TEST_CASE("all settings are shown on request but no password") {
    GroupLab lab;
    lab.config =
        config_of({"hz", "10", "appendonly", "no", "requirepass", "secret", "masterauth", "secret",
                   "tls-key-file-pass", "secret", "tls-client-key-file-pass", "secret", "without value"});
    lab.options.include_config_metrics = true;
    CHECK(lab.run(collect_config) ==
          "redis_config_key_value{key=\"hz\",value=\"10\"} "
          "1\nredis_config_key_value{key=\"appendonly\",value=\"no\"} "
          "1\nredis_config_value{key=\"hz\"} 10\n");
    lab.options.redact_config_metrics = false;
    CHECK(lab.run(collect_config).find("redis_config_key_value{key=\"masterauth\",value=\"secret\"} 1\n") !=
          std::string::npos);
  }
}

}  // namespace sonde::redis
