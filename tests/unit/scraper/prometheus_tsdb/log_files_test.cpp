#include "scraper/prometheus_tsdb/log_files.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/log_files") {
  TEST_CASE("damage costs the rest of its segment and a record without sense only itself") {
    const TemporaryFolder folder;
    std::string damaged = log_segment({"a", "b", "c"});
    damaged[15] ^= 1;
    folder.write("wal/00000000", damaged);
    folder.write("wal/00000001", log_segment({"d", "bad", "", "e"}));
    folder.write("wal/00000002", "");
    folder.write("wal/00000003", log_segment({"f", "g"}).substr(0, 12));
    const auto segments = list_numbered(io::real_file_system(), folder.at("wal"));
    REQUIRE(segments);
    std::string read;
    std::vector<std::string> damage;
    REQUIRE(visit_records(
        io::real_file_system(), *segments,
        [&](io::Bytes record) -> Status {
          if (record.size() > 1) return Error(ErrorCode::Corrupt, "no sense");
          read += io::as_text(record);
          return Ok{};
        },
        &damage));
    CHECK(read == "adef");
    REQUIRE(damage.size() == 3);
    CHECK(damage[0] == folder.at("wal/00000000") + ": byte 8: the record's checksum is wrong");
    CHECK(damage[1] == folder.at("wal/00000001") + ": byte 8: no sense");
    CHECK(damage[2] == folder.at("wal/00000003") + ": byte 8: the segment ends within this record");
  }

  TEST_CASE("a segment that cannot be opened is an error") {
    CHECK_FALSE(visit_records(
        io::real_file_system(), {{1, "/nonexistent/1"}}, [](io::Bytes) -> Status { return Ok{}; }, nullptr));
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
