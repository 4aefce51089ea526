#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/streams") {
  // The answers in the documentation of XINFO, shortened.
  TEST_CASE("a stream is shown with its groups and their consumers") {
    GroupLab lab(
        {{"XINFO STREAM s",
          list({bulk("length"), ":2\r\n", bulk("radix-tree-keys"), ":1\r\n", bulk("last-generated-id"),
                bulk("1638125141232-0"), bulk("max-deleted-entry-id"), bulk("0-0"), bulk("entries-added"),
                ":3\r\n", bulk("groups"), ":1\r\n", bulk("first-entry"),
                list({bulk("1638125133432-0"), texts({"message", "apple"})}), bulk("last-entry"),
                "*-1\r\n"})},
         {"XINFO GROUPS s", list({list({bulk("name"), bulk("g"), bulk("consumers"), ":1\r\n", bulk("pending"),
                                        ":2\r\n", bulk("last-delivered-id"), bulk("1638126030001-5"),
                                        bulk("entries-read"), ":2\r\n", bulk("lag"), "$-1\r\n"})})},
         {"XINFO CONSUMERS s g", list({list({bulk("name"), bulk("Alice"), bulk("pending"), ":1\r\n",
                                             bulk("idle"), ":9104628\r\n"})})}});
    lab.settings.checks.streams = *parse_key_list("s,missing");
    const std::string who = "{db=\"db0\",stream=\"s\"} ";
    const std::string group = "{db=\"db0\",stream=\"s\",group=\"g\"} ";
    const std::string consumer = "{db=\"db0\",stream=\"s\",group=\"g\",consumer=\"Alice\"} ";
    const std::string whole = "redis_stream_entries_added_total" + who + "3\nredis_stream_first_entry_id" +
                              who + "1.638125133432e+12\n";
    const std::string consumers = "redis_stream_group_consumer_idle_seconds" + consumer +
                                  "9104.628\nredis_stream_group_consumer_messages_pending" + consumer + "1\n";
    const std::string rest =
        "redis_stream_group_consumers" + group + "1\nredis_stream_group_entries_read" + group +
        "2\nredis_stream_group_last_delivered_id" + group +
        "1.638126030001e+12\nredis_stream_group_messages_pending" + group + "2\nredis_stream_groups" + who +
        "1\nredis_stream_last_entry_id" + who + "0\nredis_stream_last_generated_id" + who +
        "1.638125141232e+12\nredis_stream_length" + who + "2\nredis_stream_max_deleted_entry_id" + who +
        "0\nredis_stream_radix_tree_keys" + who + "1\n";
    CHECK(lab.run(collect_streams) == whole + consumers + rest);
    lab.options.streams_exclude_consumer_metrics = true;
    CHECK(lab.run(collect_streams) == whole + rest);
  }

  TEST_CASE("servers that know no types in SCAN are asked without") {
    GroupLab lab({{"SCAN 0 MATCH s* COUNT 1000", list({bulk("0"), texts({"s1", "list"})})},
                  {"XINFO STREAM s1", list({bulk("length"), ":2\r\n", bulk("first-entry"), "$-1\r\n",
                                            bulk("last-entry"), "$-1\r\n"})},
                  {"XINFO GROUPS s1", "*0\r\n"},
                  {"XINFO STREAM list", "-WRONGTYPE no\r\n"}});
    lab.settings.checks.streams = *parse_key_list("s*");
    CHECK(lab.run(collect_streams) ==
          "redis_stream_first_entry_id{db=\"db0\",stream=\"s1\"} "
          "0\nredis_stream_last_entry_id{db=\"db0\",stream=\"s1\"} 0\n"
          "redis_stream_length{db=\"db0\",stream=\"s1\"} 2\n");
  }

  TEST_CASE("odd answers are no streams") {
    check_odd_answers({"SCAN 0 MATCH * COUNT 1000 TYPE stream", "XINFO STREAM a", "XINFO GROUPS a",
                       "XINFO CONSUMERS a ", "XINFO STREAM "},
                      collect_streams,
                      [](GroupLab& lab) { lab.settings.checks.streams = *parse_key_list("*,a"); });
  }
}

}  // namespace sonde::redis
