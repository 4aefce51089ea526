#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/sentinel") {
  // A Sentinel as its documentation shows it, with the fields that matter.
  TEST_CASE("a master is shown with its settings and who is well") {
    GroupLab lab({{"SENTINEL MASTERS",
                   list({texts({"name", "mymaster", "ip", "127.0.0.1", "port", "6379", "quorum", "2",
                                "config-epoch", "7", "failover-timeout", "60000", "parallel-syncs", "1",
                                "down-after-milliseconds", "5000", "last-ok-ping-reply", "735"}),
                         texts({"ip", "x"})})},
                  {"SENTINEL CKQUORUM mymaster", "-NOQUORUM 1 usable Sentinels.\r\n"},
                  {"SENTINEL SENTINELS mymaster", list({texts({"name", "a", "flags", "sentinel"}),
                                                        texts({"name", "b", "flags", "s_down,sentinel"})})},
                  {"SENTINEL SLAVES mymaster",
                   list({texts({"flags", "slave"}), texts({"flags", "o_down,slave"}), texts({"ip", "x"})})},
                  {"SENTINEL CONFIG GET *",
                   texts({"resolve-hostnames", "no", "sentinel-pass", "secret", "announce-port", "0"})}});
    lab.info =
        "# Sentinel\r\nsentinel_masters:1\r\nsentinel_tilt:0\r\nsentinel_tilt_since_seconds:-1\r\n"
        "master0:name=mymaster,status=sdown,address=127.0.0.1:6379,slaves=2,sentinels=3\r\nmaster1:name="
        "x\r\n";
    lab.options.include_config_metrics = true;
    lab.options.include_sentinel_peer_info = true;
    const std::string who = "{master_name=\"mymaster\",master_address=\"127.0.0.1:6379\"} ";
    const std::string peer =
        "redis_sentinel_peer_info{master_name=\"mymaster\",master_address=\"127.0.0.1:6379\",name=";
    const std::string master = "redis_sentinel_master_";
    CHECK(lab.run(collect_sentinel) ==
          "redis_sentinel_config_key_value{key=\"resolve-hostnames\",value=\"no\"} 1\n"
          "redis_sentinel_config_key_value{key=\"announce-port\",value=\"0\"} 1\n"
          "redis_sentinel_config_value{key=\"announce-port\"} 0\n" +
              master +
              "ckquorum_status{master_name=\"mymaster\",message=\"NOQUORUM 1 usable Sentinels.\"} 0\n" +
              master + "config_epoch" + who + "7\n" + master + "last_ok_ping_reply_seconds" + who +
              "0.735\n" + master + "ok_sentinels" + who + "2\n" + master + "ok_slaves" + who + "1\n" +
              master + "sentinels" + who + "3\n" + master + "setting_ckquorum" + who + "2\n" + master +
              "setting_down_after_milliseconds" + who + "5000\n" + master + "setting_failover_timeout" + who +
              "60000\n" + master + "setting_parallel_syncs" + who + "1\n" + master + "slaves" + who + "2\n" +
              master +
              "status{master_name=\"mymaster\",master_address=\"127.0.0.1:6379\",master_status=\"sdown\"} 0\n"
              "redis_sentinel_masters 1\n" +
              peer + "\"a\",ip=\"\",port=\"\",runid=\"\",flags=\"sentinel\"} 1\n" + peer +
              "\"b\",ip=\"\",port=\"\",runid=\"\",flags=\"s_down,sentinel\"} 1\nredis_sentinel_tilt 0\n");
  }

  TEST_CASE("odd answers are no masters") {
    check_odd_answers({"SENTINEL MASTERS", "SENTINEL CONFIG GET *"}, collect_sentinel,
                      [](GroupLab& lab) { lab.options.include_config_metrics = true; });
  }
}

}  // namespace sonde::redis
