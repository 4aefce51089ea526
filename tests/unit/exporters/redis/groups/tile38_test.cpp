#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/tile38") {
  // Names of Tile38's documentation of SERVER EXT.
  TEST_CASE("fields get their prefix where they have none") {
    GroupLab lab(
        {{"SERVER EXT", texts({"alloc_bytes", "1", "tile38_num_points", "2", "tile38_version", "1.2.3"})}});
    CHECK(lab.run(collect_tile38) == "redis_tile38_mem_alloc_bytes 1\nredis_tile38_num_points_total 2\n");
  }

  TEST_CASE("odd answers are no fields") {
    check_odd_answers({"SERVER EXT"}, collect_tile38);
  }
}

}  // namespace sonde::redis
