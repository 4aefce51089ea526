#include "exporters/redis/cluster_slots.h"

#include <doctest/doctest.h>

namespace sonde::redis {
namespace {

Reply text(std::string value) {
  return {.kind = Reply::Kind::Text, .text = std::move(value)};
}
Reply number(int64_t value) {
  return {.kind = Reply::Kind::Integer, .integer = value};
}
Reply list(std::vector<Reply> items) {
  return {.kind = Reply::Kind::List, .items = std::move(items)};
}

}  // namespace

TEST_SUITE("redis/cluster_slots") {
  // Values of the Redis cluster specification, and of CLUSTER KEYSLOT in its documentation.
  TEST_CASE("a key's slot is that of its tag where it has one") {
    CHECK(key_slot("123456789") == 0x31C3);
    CHECK(key_slot("somekey") == 11058);
    CHECK(key_slot("foo{hash_tag}") == 2515);
    CHECK(key_slot("{user1000}.following") == key_slot("{user1000}.followers"));
    CHECK(key_slot("foo{}{bar}") != key_slot("bar"));
    CHECK(key_slot("foo{{bar}}zap") == key_slot("{bar"));
    CHECK(key_slot("foo{bar}{zap}") == key_slot("bar"));
    CHECK(key_slot("") == 0);
  }

  TEST_CASE("each range of slots has its master") {
    const Reply reply =
        list({list({number(0), number(5460), list({text("10.0.0.1"), number(7000), text("id")}),
                    list({text("10.0.0.4"), number(7003)})}),
              list({number(5461), number(16383), list({text(""), number(7001)})})});
    const auto ranges = read_cluster_slots(reply, "seed");
    REQUIRE(ranges);
    REQUIRE(ranges->size() == 2);
    CHECK((*ranges)[0].last == 5460);
    CHECK((*ranges)[0].master == ClusterNode{.host = "10.0.0.1", .port = 7000});
    CHECK((*ranges)[1].master == ClusterNode{.host = "seed", .port = 7001});
  }

  TEST_CASE("answers that are none and clusters without end are refused") {
    CHECK_FALSE(read_cluster_slots({}, "x"));
    CHECK_FALSE(read_cluster_slots({.kind = Reply::Kind::Error, .text = "ERR"}, "x"));
    CHECK_FALSE(read_cluster_slots(list({number(1)}), "x"));
    CHECK_FALSE(
        read_cluster_slots(list({list({number(0), number(16384), list({text("a"), number(1)})})}), "x"));
    CHECK_FALSE(read_cluster_slots(list({list({number(-1), number(1), list({text("a"), number(1)})})}), "x"));
    CHECK_FALSE(
        read_cluster_slots(list({list({number(0), number(1), list({text("a"), number(65536)})})}), "x"));
    Reply many = list({});
    for (size_t i = 0; i <= kClusterMastersMax; ++i) {
      many.items.push_back(list({number(0), number(1), list({text("a"), number(static_cast<int64_t>(i))})}));
    }
    CHECK(read_cluster_slots(many, "x").error().code() == ErrorCode::LimitExceeded);
  }

  // Lines of the documentation of CLUSTER NODES.
  TEST_CASE("nodes are listed by address or by the name that they announce") {
    const std::string_view nodes =
        "07c37df 127.0.0.1:30004@31004,hostname4 slave e7d1 0 1426238317239 4 connected\n"
        "67ed2db 127.0.0.1:30002@31002,hostname2,shard-id=69bc master - 0 1426238316232 2 connected "
        "5461-10922\n"
        "eaf69c7 2001:db8::1:7002@17002 master - 0 1742836359057 3 connected 10923-16383\n"
        "broken\nx :0@0 handshake\nx noport@1 -\n\n";
    CHECK(read_cluster_nodes(nodes, false) ==
          std::vector<std::string>{"127.0.0.1:30004", "127.0.0.1:30002", "2001:db8::1:7002"});
    CHECK(read_cluster_nodes(nodes, true) ==
          std::vector<std::string>{"hostname4:30004", "hostname2:30002", "2001:db8::1:7002"});
  }
}

}  // namespace sonde::redis
