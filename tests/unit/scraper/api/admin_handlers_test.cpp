#include <doctest/doctest.h>

#include "tests/unit/scraper/api/fixture.h"

namespace sonde::api {

TEST_SUITE("api/admin_handlers") {
  TEST_CASE("without the flag every admin route is unavailable") {
    Fixture f;
    for (const Fixture::Handle handle : {delete_series, clean_tombstones, snapshot}) {
      const auto response = f.ask(handle, {{"match[]", "up"}});
      CHECK(response.status == 500);
      CHECK(response.body == R"({"status":"error","errorType":"unavailable","error":"admin APIs disabled"})");
    }
    CHECK(f.admin.deleted_sets == 0);
  }

  TEST_CASE("a delete names series and times") {
    Fixture f;
    f.options.enable_admin = true;
    const auto response =
        f.ask(delete_series, {{"match[]", "up"}, {"match[]", "load"}, {"start", "1"}, {"end", "2"}});
    CHECK(response.status == 204);
    CHECK(response.body.empty());
    CHECK(f.admin.deleted_sets == 2);
    CHECK(f.admin.deleted_range.start_ms == 1000);
    CHECK(f.admin.deleted_range.end_ms == 2000);
    CHECK(f.ask(delete_series, {}).status == 400);
  }

  TEST_CASE("a snapshot answers the folder's name") {
    Fixture f;
    f.options.enable_admin = true;
    CHECK(data_of(f.ask(snapshot, {{"skip_head", "true"}})) ==
          R"({"name":"20261121T030405Z-0123456789abcdef"})");
    CHECK(f.admin.snapshot_skipped_head);
    CHECK(f.ask(snapshot, {{"skip_head", "maybe"}}).status == 400);
  }

  TEST_CASE("a failure of the storage is internal") {
    Fixture f;
    f.options.enable_admin = true;
    CHECK(f.ask(clean_tombstones, {}).body ==
          R"({"status":"error","errorType":"internal","error":"disk on fire"})");
  }
}

}  // namespace sonde::api
