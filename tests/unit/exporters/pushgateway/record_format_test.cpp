#include "exporters/pushgateway/record_format.h"

#include <doctest/doctest.h>

#include <string>

#include "common/io/crc32c.h"

namespace sonde::pushgateway {
namespace {

std::string header_text(FileHeader header = {FileKind::Journal, 5}) {
  std::string out;
  append_header(out, header);
  return out;
}

std::string removal(std::string_view path) {
  std::string out;
  append_remove(out, *parse_grouping_key(path, true));
  return out;
}

// The keys of the removals that a reader gives of a file, and what it left out.
struct Found {
  std::string keys;
  uint64_t damaged_count = 0;
  size_t torn_bytes = 0;
};
Found read_all(std::string_view file) {
  RecordReader reader(io::as_bytes(file));
  RecordReader::Record record;
  Found found;
  while (reader.next(record)) {
    const auto key = read_remove(record.data);
    REQUIRE(key);
    found.keys += key->labels.get("job");
  }
  found.damaged_count = reader.damaged_count();
  found.torn_bytes = reader.torn_bytes();
  return found;
}

}  // namespace

TEST_SUITE("pushgateway/record_format") {
  TEST_CASE("the header is twenty bytes and starts with SPG1") {
    const std::string head("SPG1\x01\x02\0\0\x05\0\0\0\0\0\0\0", 16);  // Bytes by hand, not by our writer.
    const std::string text = header_text();
    REQUIRE(text.size() == kHeaderBytes);
    CHECK(text.substr(0, 16) == head);
    const uint32_t crc = io::crc32c_by_table(io::as_bytes(head));
    CHECK(static_cast<unsigned char>(text[16]) == (crc & 0xff));
    CHECK(static_cast<unsigned char>(text[19]) == (crc >> 24));
    CHECK(read_header(io::as_bytes(text))->number == 5);
  }

  TEST_CASE("a header cut at any byte is truncated and a flipped bit is found") {
    const std::string text = header_text();
    for (size_t length = 0; length < text.size(); ++length) {
      CAPTURE(length);
      const auto header = read_header(io::as_bytes(std::string_view(text).substr(0, length)));
      REQUIRE_FALSE(header);
      CHECK(header.error().code() == ErrorCode::Truncated);
    }
    for (size_t bit = 0; bit < text.size() * 8; ++bit) {
      CAPTURE(bit);
      std::string flipped = text;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      CHECK_FALSE(read_header(io::as_bytes(flipped)));
    }
  }

  TEST_CASE("a later version is told from damage") {
    std::string later("SPG1\x02\x02\0\0\x05\0\0\0\0\0\0\0", 16);
    const uint32_t crc = io::crc32c_by_table(io::as_bytes(later));
    for (unsigned shift = 0; shift < 32; shift += 8) later += static_cast<char>(crc >> shift);
    CHECK(read_header(io::as_bytes(later)).error().code() == ErrorCode::Unsupported);
  }

  TEST_CASE("a removal is its length and checksum and kind and key") {
    const std::string record = removal("job/a/l/v");
    const std::string data(
        "\x03\x02\x03job\x01"
        "a\x01l\x01v",
        12);  // kind, then the key
    REQUIRE(record.size() == 8 + data.size());
    CHECK(record.substr(0, 4) == std::string("\x0b\0\0\0", 4));
    CHECK(record.substr(8) == data);
  }

  TEST_CASE("a group is read as it was written") {
    GroupStore::Family family;
    family.type = MetricType::Gauge;
    family.lines = "x{instance=\"\",job=\"a\"} 1\n";
    family.pushed_at_seconds = 12.25;
    const GroupingKey key = *parse_grouping_key("job/a/instance@base64/=", true);
    std::string out = header_text();
    append_group(out, RecordKind::Merge, key, {1.5, 2.5, 3000}, std::vector{GroupStore::Named{"x", family}});
    RecordReader reader(io::as_bytes(out));
    RecordReader::Record record;
    REQUIRE(reader.next(record));
    CHECK(record.kind == RecordKind::Merge);
    const auto group = read_group(record.data);
    REQUIRE(group);
    CHECK(group->times.push_seconds == 1.5);
    CHECK(group->times.failure_seconds == 2.5);
    CHECK(group->times.ttl_ms == 3000);
    CHECK(group->key.labels == key.labels);
    CHECK(group->key.empty_names == key.empty_names);
    REQUIRE(group->families.size() == 1);
    CHECK(group->families[0].pushed_at_seconds == 12.25);
    CHECK(group->families[0].text == "# TYPE x gauge\nx{instance=\"\",job=\"a\"} 1\n");
    CHECK_FALSE(reader.next(record));
    // Cut anywhere, the data is no group.
    for (size_t length = 0; length < record.data.size(); ++length)
      CHECK_FALSE(read_group(record.data.first(length)));
  }

  TEST_CASE("a file cut at any byte gives the records before the cut") {
    const std::string file = header_text() + removal("job/a") + removal("job/b") + removal("job/c");
    const size_t step = removal("job/a").size();
    for (size_t length = kHeaderBytes; length < file.size(); ++length) {
      CAPTURE(length);
      const Found found = read_all(std::string_view(file).substr(0, length));
      const size_t whole = (length - kHeaderBytes) / step;
      CHECK(found.keys == std::string("abc").substr(0, whole));
      CHECK(found.damaged_count == 0);
      CHECK(found.torn_bytes == (length - kHeaderBytes) % step);
    }
  }

  TEST_CASE("a flipped bit costs its record and no other") {
    const std::string file = header_text() + removal("job/a") + removal("job/b") + removal("job/c");
    const size_t step = removal("job/a").size();
    for (size_t bit = (kHeaderBytes + step) * 8; bit < (kHeaderBytes + 2 * step) * 8; ++bit) {
      CAPTURE(bit);
      std::string flipped = file;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      const Found found = read_all(flipped);
      CHECK(found.keys == "ac");
      CHECK(found.damaged_count == 1);
      CHECK(found.torn_bytes == 0);
    }
  }

  TEST_CASE("a damaged record at the end is told from a torn one") {
    std::string file = header_text() + removal("job/a") + removal("job/b");
    file.back() = static_cast<char>(file.back() ^ 1);
    const Found found = read_all(file);
    CHECK(found.keys == "a");
    CHECK(found.damaged_count == 1);
  }
}

}  // namespace sonde::pushgateway
