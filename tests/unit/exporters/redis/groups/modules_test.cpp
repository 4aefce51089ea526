#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/modules") {
  // The line of the reference's tests for Redis Stack.
  TEST_CASE("a module is its labels and its fields are those of the table") {
    GroupLab lab(
        {{"INFO MODULES",
          bulk("# Modules\r\nmodule:name=search,ver=21005,api=1,filters=0,usedby=[a|b],using=[ReJSON],"
               "options=[handle-io-errors]\r\nmodule:ver=1\r\n\r\n# search_index\r\n"
               "search_number_of_indexes:3\r\nsearch_unknown:4\r\nsearch_total_indexing_time:x\r\n")}});
    CHECK(lab.run(collect_modules) ==
          "redis_module_info{name=\"search\",ver=\"21005\",api=\"1\",filters=\"0\",usedby=\"[a|b]\",using=\"["
          "ReJSON]\"} "
          "1\nredis_search_number_of_indexes 3\n");
  }

  TEST_CASE("odd answers are no modules") {
    check_odd_answers({"INFO MODULES"}, collect_modules);
  }
}

}  // namespace sonde::redis
