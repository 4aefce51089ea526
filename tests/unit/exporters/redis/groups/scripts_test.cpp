#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/scripts") {
  TEST_CASE("what scripts return is exported with how they ended") {
    GroupLab lab({{"EVAL good 0 0", texts({"a", "1", "b", "2.5"})},
                  {"EVAL empty 0 0", "*0\r\n"},
                  {"EVAL words 0 0", texts({"a", "b"})},
                  {"EVAL odd 0 0", texts({"a"})},
                  {"EVAL numbers 0 0", "*2\r\n$1\r\na\r\n:7\r\n"}});
    for (const char* text : {"good", "empty", "words", "odd", "numbers", "unknown"}) {
      lab.settings.scripts.push_back({.file = std::string("/") + text, .text = text});
    }
    CHECK(lab.run(collect_scripts) ==
          "redis_script_result{filename=\"/good\"} 1\nredis_script_result{filename=\"/empty\"} 2\n"
          "redis_script_result{filename=\"/words\"} 0\nredis_script_result{filename=\"/odd\"} 0\n"
          "redis_script_result{filename=\"/numbers\"} 1\nredis_script_result{filename=\"/unknown\"} 0\n"
          "redis_script_values{key=\"a\",filename=\"/good\"} "
          "1\nredis_script_values{key=\"b\",filename=\"/good\"} 2.5\n"
          "redis_script_values{key=\"a\",filename=\"/numbers\"} 7\n"
          "left out: script /words: a value of its result is no number\n");
  }

  TEST_CASE("scripts that only read are run so") {
    GroupLab lab({{"EVAL_RO x 0 0", texts({"a", "1"})}});
    lab.options.lua_script_read_only = true;
    lab.settings.scripts.push_back({.file = "x", .text = "x"});
    CHECK(lab.run(collect_scripts).starts_with("redis_script_result{filename=\"x\"} 1\n"));
  }

  TEST_CASE("odd answers are failed scripts") {
    check_odd_answers({"EVAL x 0 0"}, collect_scripts,
                      [](GroupLab& lab) { lab.settings.scripts.push_back({.file = "x", .text = "x"}); });
  }
}

}  // namespace sonde::redis
