#include "scraper/tsdb/tombstones.h"

#include <doctest/doctest.h>

#include "common/io/atomic_write.h"
#include "tests/unit/common/io/fault_file_system.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

TombstoneList sample_list() {
  TombstoneList list;
  list.push_back(
      {{equals("__name__", "up"), *Matcher::make(MatchType::NotRegex, "job", "a.*|b")}, {-5, 700}});
  list.push_back({{*Matcher::make(MatchType::Regex, "x", "é+"), *Matcher::make(MatchType::NotEqual, "y", "")},
                  {INT64_MIN, INT64_MAX}});
  list.push_back({{}, {1, 2}});
  return list;
}

bool same(const TombstoneList& a, const TombstoneList& b) {
  return std::ranges::equal(a, b, [](const Tombstone& x, const Tombstone& y) {
    return x.matchers == y.matchers && x.range.start_ms == y.range.start_ms &&
           x.range.end_ms == y.range.end_ms;
  });
}

TEST_SUITE("scraper/tsdb/tombstones") {
  TEST_CASE("a list is read as it was written") {
    const auto read = read_tombstones(write_tombstones(sample_list()));
    REQUIRE(read);
    CHECK(same(*read, sample_list()));
    CHECK(read_tombstones(write_tombstones({}))->empty());
  }

  TEST_CASE("a cut or changed list is refused or shorter by whole tombstones") {
    const std::string bytes = write_tombstones(sample_list());
    for (size_t length = 0; length < bytes.size(); ++length) {
      const auto read = read_tombstones(std::string_view(bytes).substr(0, length));
      if (read) CHECK(write_tombstones(*read).size() == length);
    }
    for (size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 4);
      CHECK_FALSE(read_tombstones(damaged));
    }
  }

  TEST_CASE("the store is on disk before add returns and unchanged when it fails") {
    const TemporaryFolder folder;
    io::FaultFileSystem files;
    const std::string path = folder.path() + "/TOMBSTONES";
    TombstoneStore store(files, path);
    REQUIRE(store.open());
    CHECK(store.snapshot()->empty());
    REQUIRE(store.add(sample_list()));
    files.fail_after_bytes(10);
    CHECK_FALSE(store.add(sample_list()));
    files.fail_after_bytes(-1);
    CHECK(same(*store.snapshot(), sample_list()));
    TombstoneStore again(files, path);
    REQUIRE(again.open());
    CHECK(same(*again.snapshot(), sample_list()));
    REQUIRE(again.remove_before(701, 0));
    CHECK(again.snapshot()->size() == 3);
    REQUIRE(again.remove_before(701, 1));  // the third was added meanwhile
    CHECK(again.snapshot()->size() == 2);
    REQUIRE(again.remove_before(701, 2));
    REQUIRE(again.snapshot()->size() == 1);
    CHECK(again.snapshot()->front().range.end_ms == INT64_MAX);
  }

  TEST_CASE("a damaged file is named with what to do") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/TOMBSTONES";
    std::string bytes = write_tombstones(sample_list());
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    REQUIRE(io::atomic_write(io::real_file_system(), path, bytes));
    TombstoneStore store(io::real_file_system(), path);
    const auto opened = store.open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().message().find(path + ": tombstone 3 is damaged") == 0);
    TestContext context;
    CHECK(open_database(folder.path(), context) == nullptr);
  }

  TEST_CASE("a full list says what to do") {
    const TemporaryFolder folder;
    TombstoneStore store(io::real_file_system(), folder.path() + "/TOMBSTONES");
    REQUIRE(store.add(TombstoneList(kTombstonesMax, {{}, {1, 2}})));
    CHECK(store.add({{{}, {1, 2}}}).error().code() == ErrorCode::LimitExceeded);
    CHECK(store.snapshot()->size() == kTombstonesMax);
  }

  TEST_CASE("selectors that together could not be read again are refused") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/TOMBSTONES";
    TombstoneStore store(io::real_file_system(), path);
    const Tombstone large{{equals("a", std::string(1 << 20, 'x'))}, {1, 2}};
    REQUIRE(store.add(TombstoneList(15, large)));
    CHECK(store.add({large}).error().code() == ErrorCode::LimitExceeded);
    CHECK(store.snapshot()->size() == 15);
    TombstoneStore again(io::real_file_system(), path);
    CHECK(again.open());
  }

  TEST_CASE("bits go by time") {
    const std::vector<int64_t> times_ms{10, 20, 30, 40};
    uint64_t present[2] = {~uint64_t{0}, ~uint64_t{0}};
    clear_bits(times_ms, {20, 30}, present, 62);
    CHECK(present[0] == ~(uint64_t{1} << 63));
    CHECK(present[1] == ~uint64_t{1});
  }
}

}  // namespace
}  // namespace sonde::tsdb
