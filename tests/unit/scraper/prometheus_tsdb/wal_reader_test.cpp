#include "scraper/prometheus_tsdb/wal_reader.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

struct Read {
  std::vector<std::string> records;
  std::string problem;
  ErrorCode code{};
};

Read read_all(const std::string& segment) {
  Read out;
  WalReader reader(io::as_bytes(segment));
  for (;;) {
    io::Bytes record;
    const auto more = reader.next(record);
    if (!more) {
      out.problem = more.error().message();
      out.code = more.error().code();
      return out;
    }
    if (!*more) return out;
    out.records.emplace_back(io::as_text(record));
  }
}

std::vector<std::string> some_records() {
  return {"first", std::string(100'000, 'b'), "", std::string(32'000, 'c'), std::string(753, 'd'), "last"};
}

TEST_SUITE("scraper/prometheus_tsdb/wal_reader") {
  TEST_CASE("a record of one fragment is read as its document says") {
    const std::string segment = std::string("\1\0\5", 3) + be(io::crc32c(io::as_bytes("hello")), 4) + "hello";
    CHECK(read_all(segment).records == std::vector<std::string>{"hello"});
  }

  TEST_CASE("records over several pages come back however they are compressed") {
    for (const int flags : {0, 8, 16}) {
      const Read read = read_all(log_segment(some_records(), flags));
      CHECK(read.problem.empty());
      CHECK(read.records == some_records());
    }
  }

  TEST_CASE("the rest of a page is zeros to the last byte") {
    std::string segment = log_segment({"a"});
    segment.resize(32 * 1024, '\0');
    segment += log_segment({"b"});
    CHECK(read_all(segment).records == std::vector<std::string>{"a", "b"});
    segment[20'000] = 'x';
    const Read read = read_all(segment);
    CHECK(read.records == std::vector<std::string>{"a"});
    CHECK(read.problem == "byte 8: the page's rest is not empty");
  }

  TEST_CASE("a segment that is cut anywhere gives the whole records before") {
    const std::string segment = log_segment({"one", "two", "three"});
    const std::vector<size_t> ends{10, 20, 32};
    REQUIRE(segment.size() == ends.back());
    for (size_t size = 0; size < segment.size(); ++size) {
      const Read read = read_all(segment.substr(0, size));
      const auto whole = static_cast<size_t>(
          std::count_if(ends.begin(), ends.end(), [&](size_t end) { return end <= size; }));
      CHECK(read.records.size() == whole);
      const bool at_end = size == 0 || (whole > 0 && ends[whole - 1] == size);
      CHECK(read.problem.empty() == at_end);
      if (!at_end) CHECK(read.code == ErrorCode::Truncated);
    }
  }

  TEST_CASE("a record whose last fragment is missing is torn") {
    const std::string segment = log_segment({std::string(40'000, 'x')});
    const Read read = read_all(segment.substr(0, 32 * 1024));
    CHECK(read.problem == "byte 0: the segment ends within this record");
    CHECK(read.code == ErrorCode::Truncated);
  }

  TEST_CASE("a wrong bit ends the segment with the byte of the record") {
    const std::string segment = log_segment({"one", "two", "three"});
    for (size_t bit = 10 * 8; bit < 20 * 8; ++bit) {
      std::string damaged = segment;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      const Read read = read_all(damaged);
      CHECK(read.records.front() == "one");
      // The three bits that nothing uses are not looked at.
      if (bit / 8 == 10 && bit % 8 >= 5) continue;
      CHECK(read.records.size() == 1);
      CHECK(read.problem.starts_with("byte 10: "));
    }
  }

  TEST_CASE("fragments out of order are damage") {
    std::string first = log_segment({"a"});
    first[0] = 3;
    CHECK(read_all(first).problem == "byte 0: a record's fragment of type 3 is out of place");
    std::string second = log_segment({"a", "b"});
    second[0] = 2;
    CHECK(read_all(second).problem == "byte 8: a record's fragment of type 1 is out of place");
    std::string wild = log_segment({"a"});
    wild[0] = 7;
    CHECK(read_all(wild).problem == "byte 0: a record's fragment of type 7 is out of place");
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
