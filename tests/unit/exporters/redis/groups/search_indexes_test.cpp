#include <re2/re2.h>
#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/search_indexes") {
  // Names and values as in the documentation of FT.INFO.
  TEST_CASE("indexes that the pattern matches are exported in base units") {
    GroupLab lab({{"FT._LIST", texts({"idx:bike", "other"})},
                  {"FT.INFO idx:bike", texts({"index_name", "idx:bike", "num_docs", "11", "inverted_sz_mb",
                                              "0.5", "percent_indexed", "1", "number_of_uses", "3",
                                              "hash_indexing_failures", "nan?"})}});
    lab.settings.search_indexes = std::make_shared<const re2::RE2>("bike");
    CHECK(lab.run(collect_search_indexes) ==
          "redis_search_index_inverted_size_bytes{index_name=\"idx:bike\"} 524288\n"
          "redis_search_index_num_docs{index_name=\"idx:bike\"} 11\n"
          "redis_search_index_number_of_uses_total{index_name=\"idx:bike\"} 3\n"
          "redis_search_index_percent_indexed{index_name=\"idx:bike\"} 1\n");
  }

  TEST_CASE("odd answers are no indexes") {
    const auto prepare = [](GroupLab& lab) {
      lab.settings.search_indexes = std::make_shared<const re2::RE2>("");
    };
    check_odd_answers({"FT._LIST"}, collect_search_indexes, prepare);
    check_odd_answers({"FT._LIST", "FT.INFO OK", "FT.INFO "}, collect_search_indexes, prepare);
  }
}

}  // namespace sonde::redis
