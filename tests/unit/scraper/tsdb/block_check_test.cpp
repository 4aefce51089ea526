#include "scraper/tsdb/block_check.h"

#include <doctest/doctest.h>

#include <fstream>

#include "scraper/tsdb/block_builder.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

// Two series with 300 samples each, one of them a constant.
std::string make_block(const std::string& folder) {
  BlockBuilder builder({.path = folder, .block_range_ms = 1LL << 40});
  std::vector<int64_t> times_ms;
  std::vector<double> values;
  for (int i = 0; i < 300; ++i) {
    times_ms.push_back(i * 1000);
    values.push_back(i % 7 * 0.1);
  }
  REQUIRE(builder.add({{"__name__", "a"}}, times_ms, values));
  REQUIRE(builder.add({{"__name__", "b"}}, times_ms, std::vector<double>(300, 5)));
  return builder.finish()->front().path;
}

TEST_SUITE("scraper/tsdb/block_check") {
  TEST_CASE("a good block is counted") {
    const TemporaryFolder folder;
    const auto block = BlockReader::open(io::real_file_system(), make_block(folder.path()));
    REQUIRE(block);
    const auto content = check_block(**block);
    REQUIRE(content);
    CHECK(content->samples == 600);
    CHECK(content->chunks == 6);
    CHECK(content->repeated_chunks == 2);
  }

  TEST_CASE("a changed byte is found wherever it is but between sections") {
    const TemporaryFolder folder;
    const std::string path = make_block(folder.path());
    const auto is_good = [&] {
      const auto block = BlockReader::open(io::real_file_system(), path);
      return block && check_block(**block);
    };
    REQUIRE(is_good());
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path));
    int missed = 0;
    for (std::streamoff at = 0; at < size; ++at) {
      file.seekg(at);
      const char byte = static_cast<char>(file.get());
      file.seekp(at);
      file.put(static_cast<char>(byte ^ 0x10));
      file.flush();
      if (is_good()) {
        ++missed;
        CHECK(byte == (at < 8 ? byte : 0));  // padding, or the file's first words, which the trailer repeats
      }
      file.seekp(at);
      file.put(byte);
      file.flush();
    }
    CHECK(missed < size / 2);
    CHECK(is_good());
  }
}

}  // namespace
}  // namespace sonde::tsdb
