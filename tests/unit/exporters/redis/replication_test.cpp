#include "exporters/redis/replication.h"

#include <doctest/doctest.h>

namespace sonde::redis {
namespace {

std::string page_of(std::string_view text) {
  MetricSink sink;
  Families out(sink, "redis");
  emit_replication(Info(text), out);
  const MetricSink* sinks[] = {&sink};
  std::string page;
  exposition::join_text(sinks, page);
  std::string samples;
  for (size_t at = 0; at < page.size();) {
    const size_t end = page.find('\n', at) + 1;
    if (page[at] != '#') samples += page.substr(at, end - at);
    at = end;
  }
  return samples;
}

}  // namespace

TEST_SUITE("redis/replication") {
  // Lines of INFO in the documentation and the reference's tests.
  TEST_CASE("a master has its replicas") {
    CHECK(page_of("# Replication\r\nrole:master\r\nconnected_slaves:2\r\n"
                  "slave0:ip=10.0.0.7,port=6379,state=online,offset=17,lag=2\r\n"
                  "slave1:ip=10.0.0.8,port=6380,state=wait_bgsave,offset=0\r\nslave2:ip=x,port=1\r\n") ==
          "redis_connected_slave_lag_seconds{slave_ip=\"10.0.0.7\",slave_port=\"6379\",slave_state="
          "\"online\"} 2\n"
          "redis_connected_slave_offset_bytes{slave_ip=\"10.0.0.7\",slave_port=\"6379\",slave_state="
          "\"online\"} 17\n"
          "redis_connected_slave_offset_bytes{slave_ip=\"10.0.0.8\",slave_port=\"6380\",slave_state=\"wait_"
          "bgsave\"} 0\n");
  }

  TEST_CASE("a replica has its master and KeyDB several") {
    CHECK(page_of("# Replication\r\nrole:slave\r\nmaster_host:a\r\nmaster_port:1\r\nmaster_link_status:up\r\n"
                  "master_last_io_seconds_ago:3\r\nmaster_sync_in_progress:0\r\nslave_repl_offset:9\r\n"
                  "master_1_host:b\r\nmaster_1_port:2\r\nmaster_1_link_status:down\r\nmaster_x_host:c\r\n"
                  "slave_read_only:1\r\n") ==
          "redis_master_last_io_seconds_ago{master_host=\"a\",master_port=\"1\"} 3\n"
          "redis_master_link_up{master_host=\"a\",master_port=\"1\"} 1\n"
          "redis_master_link_up{master_host=\"b\",master_port=\"2\"} 0\n"
          "redis_master_sync_in_progress{master_host=\"a\",master_port=\"1\"} 0\n"
          "redis_slave_info{master_host=\"a\",master_port=\"1\",read_only=\"1\"} 1\n"
          "redis_slave_repl_offset{master_host=\"a\",master_port=\"1\"} 9\n");
  }

  TEST_CASE("the same fields of other sections are not looked at") {
    CHECK(page_of("# Sentinel\r\nmaster_link_status:up\r\nslave0:ip=a,offset=1\r\n").empty());
  }
}

}  // namespace sonde::redis
