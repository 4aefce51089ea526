#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/clients") {
  // Lines as the documentation of CLIENT LIST and the reference's tests have them.
  TEST_CASE("a client is its labels and a family for each number that its line has") {
    GroupLab lab(
        {{"CLIENT LIST",
          bulk("id=40 addr=fd40:1481:21::1a06:44426 laddr=x fd=19 name=app age=0 idle=0 flags=N db=2 sub=1 "
               "psub=3 ssub=4 multi=-1 qbuf=26 qbuf-free=32742 obl=5 oll=6 omem=7 tot-mem=61466 "
               "events=r cmd=client|list user=default resp=2 lib-name=a=b\n"
               "not a client\nid=x addr=1.2.3.4:5\nid=41 addr=none\n")}});
    lab.options.export_client_port = true;
    const std::string page = lab.run(collect_clients);
    CHECK(page.find(
              "redis_connected_client_info{id=\"40\",name=\"app\",flags=\"N\",db=\"2\",host=\"fd40:1481:21::"
              "1a06\",port=\"44426\",user=\"default\",resp=\"2\"} 1\n") != std::string::npos);
    CHECK(page.find("redis_connected_client_total_memory_consumed_bytes{id=\"40\",name=\"app\"} 61466\n") !=
          std::string::npos);
    CHECK(page.find("redis_connected_client_shard_channel_subscriptions_count{id=\"40\",name=\"app\"} 4\n") !=
          std::string::npos);
    CHECK(page.find("watched_keys") == std::string::npos);
    CHECK(page.find("id=\"41\"") == std::string::npos);
    CHECK(page.find("id=\"x\"") == std::string::npos);
  }

  TEST_CASE("the port is no label unless it is asked for") {
    GroupLab lab({{"CLIENT LIST", bulk("id=1 addr=127.0.0.1:5 name= age=1 idle=1 flags=N db=0\n")}});
    const std::string page = lab.run(collect_clients);
    CHECK(
        page.find(
            "redis_connected_client_info{id=\"1\",name=\"\",flags=\"N\",db=\"0\",host=\"127.0.0.1\"} 1\n") !=
        std::string::npos);
  }

  TEST_CASE("odd answers are no clients") {
    check_odd_answers({"CLIENT LIST"}, collect_clients);
  }
}

}  // namespace sonde::redis
