#include "scraper/prometheus_tsdb/index_reader.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

const std::vector<WrittenSeries> kSeries{
    {{{"__name__", "a"}, {"x", "1"}}, {{{{-5, 1}, {2, 2}}, 1, {}}, {{{3, 3}, {900, 1}}, 1, {}}}},
    {{{"__name__", "a"}, {"x", "2"}}, {}},
    {{{"__name__", "b"}}, {{{{1000, 1}}, 1, {}}}},
};

// Everything that can be read of an index; false where there is an error.
bool reads(const std::string& bytes) {
  const auto index = IndexReader::open(io::as_bytes(bytes));
  if (!index) return false;
  IndexSeries series;
  for (size_t position = index->series_begin();;) {
    const auto more = index->next(position, series);
    if (!more) return false;
    if (!*more) return true;
    if (!index->labels(series)) return false;
  }
}

TEST_SUITE("scraper/prometheus_tsdb/index_reader") {
  TEST_CASE("the series come in the order of the file") {
    for (const int format : {1, 2, 3}) {
      const WrittenBlock block = write_block(kSeries, format);
      const auto index = IndexReader::open(io::as_bytes(block.index));
      REQUIRE_MESSAGE(index.ok(), index.error().message());
      size_t position = index->series_begin();
      IndexSeries series;
      for (size_t i = 0; i < kSeries.size(); ++i) {
        const auto more = index->next(position, series);
        REQUIRE(more);
        REQUIRE(*more);
        CHECK(series.reference == block.references[i]);
        std::vector<Label> labels;
        for (const auto& [name, value] : kSeries[i].labels) labels.push_back({name, value});
        CHECK(*index->labels(series) == Labels(labels));
        REQUIRE(series.chunks.size() == kSeries[i].chunks.size());
        for (size_t c = 0; c < series.chunks.size(); ++c) {
          CHECK(series.chunks[c].time_min_ms == kSeries[i].chunks[c].samples.front().time_ms);
          CHECK(series.chunks[c].time_max_ms == kSeries[i].chunks[c].samples.back().time_ms);
          const auto bytes = io::as_bytes(block.chunks).subspan(series.chunks[c].reference);
          CHECK(static_cast<size_t>(bytes[0]) == xor_chunk(kSeries[i].chunks[c].samples).size());
        }
      }
      CHECK_FALSE(*index->next(position, series));
    }
  }

  TEST_CASE("an index that is cut anywhere is an error") {
    const std::string index = write_block(kSeries).index;
    CHECK(reads(index));
    for (size_t size = 0; size < index.size(); ++size) CHECK_FALSE(reads(index.substr(0, size)));
  }

  TEST_CASE("a wrong bit in what is read is an error") {
    const WrittenBlock block = write_block(kSeries);
    const size_t sections_end = block.references.back() * 16 + 1;
    for (size_t bit = 0; bit < sections_end * 8; ++bit) {
      // Padding is not read, and the three formats differ in bits that this file does not use.
      const size_t byte = bit / 8;
      if (byte == 4 || (block.index[byte] == 0 && byte > 16)) continue;
      std::string damaged = block.index;
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << (bit % 8)));
      CHECK_MESSAGE(!reads(damaged), bit);
    }
  }

  TEST_CASE("errors name the byte") {
    const WrittenBlock block = write_block(kSeries);
    std::string damaged = block.index;
    damaged[block.references[1] * 16 + 2] ^= 1;
    const auto index = IndexReader::open(io::as_bytes(damaged));
    REQUIRE(index);
    size_t position = index->series_begin();
    IndexSeries series;
    REQUIRE(index->next(position, series));
    CHECK(index->next(position, series).error().message() ==
          "byte " + std::to_string(block.references[1] * 16) + ": the series' checksum is wrong");
    CHECK(IndexReader::open(io::as_bytes(std::string(100, 'x'))).error().message() == "byte 0: not an index");
    std::string newer = block.index;
    newer[4] = 4;
    CHECK(IndexReader::open(io::as_bytes(newer)).error().message() == "byte 4: index format 4 is not known");
  }

  TEST_CASE("a series that counts more than it has is an error") {
    // Labels, chunks: more of them than bytes; and times that end before they begin.
    for (const std::string& entry :
         {varint(1ULL << 40), varint(0) + varint(1ULL << 40),
          varint(0) + varint(1) + signed_varint(5) + varint(~0ULL) + varint(8),
          varint(0) + varint(1) + signed_varint(INT64_MAX) + varint(0) + varint(8)}) {
      std::string index = be(0xbaaad700, 4) + "\2";
      index.resize(16, '\0');
      index += varint(entry.size()) + entry + crc_of(entry);
      const std::string contents = be(0, 8) + be(16, 8) + std::string(32, '\0');
      index += contents + crc_of(contents);
      const auto reader = IndexReader::open(io::as_bytes(index));
      REQUIRE(reader);
      size_t position = reader->series_begin();
      IndexSeries series;
      CHECK(reader->next(position, series).error().message() == "byte 16: the series' entry makes no sense");
    }
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
