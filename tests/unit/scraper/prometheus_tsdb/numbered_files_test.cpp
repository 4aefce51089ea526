#include "scraper/prometheus_tsdb/numbered_files.h"

#include <doctest/doctest.h>

#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/numbered_files") {
  TEST_CASE("files come by their numbers and others are passed over") {
    const TemporaryFolder folder;
    for (const char* name : {"1000000", "000002", "000010", "checkpoint.000001", "00000x", "-1"})
      folder.write(name, "");
    const auto files = list_numbered(io::real_file_system(), folder.path());
    REQUIRE(files);
    std::vector<uint64_t> numbers;
    for (const NumberedFile& file : *files) numbers.push_back(file.number);
    CHECK(numbers == std::vector<uint64_t>{2, 10, 1000000});
    CHECK(files->front().path == folder.at("000002"));
    CHECK(list_numbered(io::real_file_system(), folder.at("none"))->empty());
    CHECK(path_in("a/b", "c") == "a/b/c");
  }

  TEST_CASE("a number is digits only") {
    CHECK(parse_number("000123") == 123);
    for (const char* text : {"", "1a", "+1", "-1", " 1", "99999999999999999999"})
      CHECK_FALSE(parse_number(text));
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
