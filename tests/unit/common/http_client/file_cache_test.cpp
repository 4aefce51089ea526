#include "common/http_client/file_cache.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

using sonde::ErrorCode;
using sonde::http::FileCache;

TEST_SUITE("http_client/file_cache") {
  TEST_CASE("a file is read once until it changes") {
    const std::string path = "/tmp/sonde_file_cache_test." + std::to_string(::getpid());
    std::ofstream(path) << "one";
    FileCache files;
    const auto first = files.read(path);
    REQUIRE(first);
    CHECK(**first == "one");
    CHECK(*files.read(path) == *first);
    std::ofstream(path) << "other";
    const auto second = files.read(path);
    CHECK(**second == "other");
    CHECK(**first == "one");  // Still whole for who uses it.
    ::unlink(path.c_str());
    CHECK(files.read(path).error().code() == ErrorCode::NotFound);
  }

  TEST_CASE("a file beyond the limit is refused") {
    const std::string path = "/tmp/sonde_file_cache_test.large." + std::to_string(::getpid());
    std::ofstream(path) << std::string(FileCache::kFileBytesMax + 1, 'x');
    FileCache files;
    CHECK(files.read(path).error().code() == ErrorCode::LimitExceeded);
    ::unlink(path.c_str());
  }
}
