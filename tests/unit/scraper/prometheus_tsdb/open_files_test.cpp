#include "scraper/prometheus_tsdb/open_files.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "common/io/file_system.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/open_files") {
  TEST_CASE("who has a file of the folder open for writing is named") {
    const TemporaryFolder folder;
    folder.write("wal/00000000", "content");
    io::FileSystem& files = io::real_file_system();
    const auto reader = files.open_read(folder.at("wal/00000000"));
    REQUIRE(reader);
    CHECK_FALSE(find_writer(folder.path()));
    const auto writer = files.open_append(folder.at("wal/00000000"));
    REQUIRE(writer);
    const auto found = find_writer(folder.path());
    REQUIRE(found);
    CHECK(found->ends_with(" (process " + std::to_string(::getpid()) + ")"));
    CHECK_FALSE(find_writer(folder.at("other")));
    CHECK_FALSE(find_writer(folder.at("wa")));
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
