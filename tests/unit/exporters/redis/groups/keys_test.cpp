#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/keys") {
  TEST_CASE("each type is asked for its size by its own command") {
    GroupLab lab({{"TYPE l", "+list\r\n"},     {"MEMORY USAGE l", ":10\r\n"}, {"LLEN l", ":3\r\n"},
                  {"TYPE a", "+array\r\n"},    {"MEMORY USAGE a", "$-1\r\n"}, {"ARCOUNT a", ":4\r\n"},
                  {"TYPE m", "+module-x\r\n"}, {"MEMORY USAGE m", ":5\r\n"},  {"TYPE gone", "+none\r\n"},
                  {"TYPE s", "+string\r\n"},   {"STRLEN s", ":3\r\n"},        {"GET s", bulk("1.5")},
                  {"TYPE h", "+string\r\n"},   {"STRLEN h", ":90\r\n"},       {"GET h", bulk("HYLL...")},
                  {"PFCOUNT h", ":7\r\n"},     {"TYPE t", "+string\r\n"},     {"STRLEN t", ":2\r\n"},
                  {"GET t", bulk("no")},       {"TYPE big", "+string\r\n"},   {"STRLEN big", ":16385\r\n"}});
    lab.settings.checks.keys = *parse_key_list("l,a,m,gone,s,h,t,big,l");
    const std::string page = lab.run(collect_keys);
    CHECK(page ==
          "redis_key_memory_usage_bytes{db=\"db0\",key=\"l\"} "
          "10\nredis_key_memory_usage_bytes{db=\"db0\",key=\"m\"} 5\n"
          "redis_key_size{db=\"db0\",key=\"gone\"} 0\nredis_key_size{db=\"db0\",key=\"l\"} 3\n"
          "redis_key_size{db=\"db0\",key=\"a\"} 4\nredis_key_size{db=\"db0\",key=\"s\"} 3\n"
          "redis_key_size{db=\"db0\",key=\"h\"} 7\nredis_key_size{db=\"db0\",key=\"t\"} 2\n"
          "redis_key_size{db=\"db0\",key=\"big\"} 16385\nredis_key_value{db=\"db0\",key=\"s\"} 1.5\n"
          "redis_key_value_as_string{db=\"db0\",key=\"t\",val=\"no\"} 1\n");
    lab.options.disable_exporting_key_values = true;
    const std::string without = lab.run(collect_keys);
    CHECK(without.find("key_value") == std::string::npos);
    CHECK(without.find("redis_key_size{db=\"db0\",key=\"h\"} 7\n") != std::string::npos);
  }

  TEST_CASE("a pattern is walked to the end and a key that comes twice is taken once") {
    GroupLab lab({{"SELECT 3", "+OK\r\n"},
                  {"SCAN 0 MATCH k* COUNT 1000", list({bulk("17"), texts({"k1", "k2"})})},
                  {"SCAN 17 MATCH k* COUNT 1000", list({bulk("0"), texts({"k2", "k3"})})},
                  {"TYPE k1", "+set\r\n"},
                  {"TYPE k2", "+set\r\n"},
                  {"TYPE k3", "+hash\r\n"},
                  {"SCARD k1", ":1\r\n"},
                  {"SCARD k2", ":2\r\n"},
                  {"HLEN k3", ":3\r\n"}});
    lab.settings.checks.keys = *parse_key_list("db3=k*");
    lab.settings.checks.single_keys = *parse_key_list("db3=k1");
    CHECK(lab.run(collect_keys) ==
          "redis_key_size{db=\"db3\",key=\"k1\"} 1\nredis_key_size{db=\"db3\",key=\"k2\"} 2\n"
          "redis_key_size{db=\"db3\",key=\"k3\"} 3\n");
  }

  TEST_CASE("a walk ends when the time is up and says so") {
    GroupLab lab({{"SCAN 0 MATCH * COUNT 1000", list({bulk("1"), texts({})})},
                  {"SCAN 1 MATCH * COUNT 1000", list({bulk("1"), texts({})})}});
    lab.settings.checks.keys = *parse_key_list("*");
    lab.scan_ns = 20'000'000;
    CHECK(lab.run(collect_keys) == "left out: check-keys: not all of them in the time of a scrape\n");
  }

  TEST_CASE("a database that is not there leaves its keys out") {
    GroupLab lab({{"SELECT 99", "-ERR DB index is out of range\r\n"}, {"TYPE a", "+none\r\n"}});
    lab.settings.checks.keys = *parse_key_list("99=*,99=b,a");
    CHECK(lab.run(collect_keys) ==
          "redis_key_size{db=\"db0\",key=\"a\"} 0\nleft out: check-keys: ERR DB index is out of range\n");
  }

  TEST_CASE("a right that is missing is told") {
    GroupLab lab({{"TYPE a", "-NOPERM this user has no permissions\r\n"}, {"TYPE b", "+none\r\n"}});
    lab.settings.checks.keys = *parse_key_list("a,b");
    CHECK(lab.run(collect_keys) ==
          "redis_key_size{db=\"db0\",key=\"b\"} 0\nleft out: check-keys: NOPERM this user has no "
          "permissions\n");
  }

  TEST_CASE("odd answers are no keys") {
    check_odd_answers({"SCAN 0 MATCH * COUNT 1000", "TYPE a", "MEMORY USAGE a", "TYPE ", "TYPE OK"},
                      collect_keys, [](GroupLab& lab) { lab.settings.checks.keys = *parse_key_list("*,a"); });
    for (const std::string& odd : kOddAnswers) {
      CAPTURE(odd);
      GroupLab lab({{"TYPE a", "+string\r\n"},
                    {"STRLEN a", ":4\r\n"},
                    {"GET a", odd},
                    {"TYPE b", "+list\r\n"},
                    {"LLEN b", odd}});
      lab.settings.checks.keys = *parse_key_list("a,b");
      CHECK_FALSE(lab.run(collect_keys).starts_with("failed"));
    }
  }
}

}  // namespace sonde::redis
