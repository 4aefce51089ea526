#include "common/io/atomic_write.h"

#include <doctest/doctest.h>

#include "tests/unit/common/io/fault_file_system.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::io {
namespace {

TEST_SUITE("common/io/atomic_write") {
  TEST_CASE("a file is replaced whole") {
    const TemporaryFolder folder;
    FileSystem& files = real_file_system();
    const std::string path = folder.at("a");
    REQUIRE(atomic_write(files, path, "one"));
    REQUIRE(atomic_write(files, path, "two"));
    CHECK(*read_file(files, path, 100) == "two");
    CHECK(files.list(folder.path())->size() == 1);
  }

  TEST_CASE("a failed write leaves the old content and nothing else") {
    const TemporaryFolder folder;
    FaultFileSystem files;
    const std::string path = folder.at("a");
    REQUIRE(atomic_write(files, path, "one"));
    const auto check_old = [&] {
      CHECK(*read_file(files, path, 100) == "one");
      CHECK(files.list(folder.path())->size() == 1);
    };
    files.fail_after_bytes(2);
    CHECK(atomic_write(files, path, "two").error().code() == ErrorCode::LimitExceeded);
    check_old();
    files.fail_after_bytes(-1);
    files.fail_syncs(true);
    CHECK_FALSE(atomic_write(files, path, "two"));
    check_old();
    files.fail_syncs(false);
    files.fail_renames(true);
    CHECK_FALSE(atomic_write(files, path, "two"));
    check_old();
  }
}

}  // namespace
}  // namespace sonde::io
