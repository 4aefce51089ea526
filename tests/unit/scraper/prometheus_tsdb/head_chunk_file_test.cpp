#include "scraper/prometheus_tsdb/head_chunk_file.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

const std::vector<WrittenHeadChunk> kChunks{{7, {{{1000, 1}, {2000, 2}}, 1, {}}, false},
                                            {1ULL << 40, {{{-3, 1}}, 2, "\0\1data"}, true}};

// How many chunks can be read, and what ends it.
std::pair<size_t, std::string> count(const std::string& file) {
  HeadChunkReader reader(io::as_bytes(file));
  HeadChunk found;
  for (size_t chunks = 0;; ++chunks) {
    const auto more = reader.next(found);
    if (!more) return {chunks, more.error().message()};
    if (!*more) return {chunks, ""};
  }
}

TEST_SUITE("scraper/prometheus_tsdb/head_chunk_file") {
  TEST_CASE("chunks come with their series and times") {
    const std::string file = head_chunk_file(kChunks, 100);
    HeadChunkReader reader(io::as_bytes(file));
    HeadChunk found;
    REQUIRE(*reader.next(found));
    CHECK(found.series == 7);
    CHECK(found.time_min_ms == 1000);
    CHECK(found.time_max_ms == 2000);
    CHECK_FALSE(found.is_out_of_order);
    CHECK(found.chunk.encoding == Encoding::Xor);
    CHECK(io::as_text(found.chunk.data) == xor_chunk(kChunks[0].chunk.samples));
    REQUIRE(*reader.next(found));
    CHECK(found.series == 1ULL << 40);
    CHECK(found.time_min_ms == -3);
    CHECK(found.is_out_of_order);
    CHECK(found.chunk.encoding == Encoding::Histogram);
    CHECK_FALSE(*reader.next(found));
  }

  TEST_CASE("zeros end the file however many there are") {
    for (const size_t zeros : {0, 1, 7, 23, 24, 25, 5000})
      CHECK(count(head_chunk_file(kChunks, zeros)) == std::pair<size_t, std::string>{2, ""});
    CHECK(count("") == std::pair<size_t, std::string>{0, ""});
  }

  TEST_CASE("a file that is cut anywhere gives the whole chunks before") {
    const std::string file = head_chunk_file(kChunks);
    const size_t first_end = head_chunk_file({kChunks[0]}).size();
    for (size_t size = 1; size < file.size(); ++size) {
      const auto [chunks, problem] = count(file.substr(0, size));
      CHECK(chunks == (size >= first_end ? 1 : 0));
      // What is left of the next one's series may be zeros by chance, which ends a file.
      const bool looks_ended = size == 8 || size == first_end || (size > 8 && size < 16) ||
                               (size > first_end && size < first_end + 3);
      CHECK_MESSAGE(problem.empty() == looks_ended, size);
    }
  }

  TEST_CASE("a wrong bit is an error that names the byte") {
    const std::string file = head_chunk_file({kChunks[0]});
    for (size_t bit = 8 * 8; bit < file.size() * 8; ++bit) {
      std::string damaged = file;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      const auto [chunks, problem] = count(damaged);
      CHECK(chunks == 0);
      CHECK_MESSAGE(problem.starts_with("byte 8: "), bit);
    }
    CHECK(count("12345678").second == "byte 0: not a file of head chunks");
    CHECK(count(be(0x0130bc91, 4) + "\2...").second == "byte 4: version 2 is not known");
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
