#include "common/io/mapped_file.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <utility>

#include "common/io/file_system.h"

namespace sonde::io {
namespace {

TEST_SUITE("common/io/mapped_file") {
  TEST_CASE("a mapping larger than the file shows what is appended later") {
    std::string path = (std::filesystem::temp_directory_path() / "sonde-map-XXXXXX").string();
    const int fd = ::mkstemp(path.data());
    REQUIRE(fd >= 0);
    auto file = real_file_system().create(path);
    REQUIRE(file);
    auto mapping = MappedFile::open(path, 1 << 20);
    REQUIRE(mapping);
    REQUIRE((*file)->append(as_bytes("later")));
    CHECK(as_text(mapping->bytes().first(5)) == "later");
    const MappedFile moved = *std::move(mapping);
    CHECK(moved.size() == 1 << 20);
    CHECK(as_text(moved.bytes().first(5)) == "later");
    std::filesystem::remove(path);
  }

  TEST_CASE("an absent file is an error and no bytes are an empty mapping") {
    CHECK_FALSE(MappedFile::open("/nonexistent/file", 1));
    const auto empty = MappedFile::open("/nonexistent/file", 0);
    REQUIRE(empty);
    CHECK(empty->bytes().empty());
  }
}

}  // namespace
}  // namespace sonde::io
