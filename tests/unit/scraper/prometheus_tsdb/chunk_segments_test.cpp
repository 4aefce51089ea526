#include "scraper/prometheus_tsdb/chunk_segments.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

const std::vector<WrittenSeries> kSeries{
    {{{"__name__", "a"}}, {{{{1, 1}, {2, 2}}, 1, {}}, {{{3, 3}}, 1, {}}}}};

TEST_SUITE("scraper/prometheus_tsdb/chunk_segments") {
  TEST_CASE("a reference is the place of the file and the offset in it") {
    const TemporaryFolder folder;
    folder.write("chunks/000001", be(0x85bd40dd, 4) + std::string("\1\0\0\0", 4));
    folder.write("chunks/000002", write_block(kSeries).chunks);
    folder.write("chunks/notes", "something else");
    const auto segments = ChunkSegments::open(io::real_file_system(), folder.at("chunks"));
    REQUIRE(segments);
    const auto chunk = segments->chunk((1ULL << 32) | 8);
    REQUIRE(chunk);
    CHECK(chunk->encoding == Encoding::Xor);
    CHECK(io::as_text(chunk->data) == xor_chunk(kSeries[0].chunks[0].samples));
    CHECK(segments->chunk((2ULL << 32) | 8).error().message() == folder.at("chunks") + " has no file 3");
    CHECK(segments->chunk(8).error().message() ==
          folder.at("chunks/000001") + ": byte 8: the file ends before this chunk");
    CHECK_FALSE(segments->chunk((1ULL << 32) | 7));
  }

  TEST_CASE("a file that is cut anywhere or has a wrong bit gives an error") {
    const std::string file = write_block(kSeries).chunks;
    const auto first = read_block_chunk(io::as_bytes(file), 8);
    REQUIRE(first);
    const size_t end = 8 + 1 + 1 + first->data.size() + 4;
    for (size_t size = 0; size < end; ++size)
      CHECK_FALSE(read_block_chunk(io::as_bytes(file.substr(0, size)), 8));
    for (size_t bit = 9 * 8; bit < end * 8; ++bit) {
      std::string damaged = file;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      CHECK_FALSE(read_block_chunk(io::as_bytes(damaged), 8));
    }
  }

  TEST_CASE("other files and other versions are refused by name") {
    const TemporaryFolder folder;
    for (const auto& [content, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"12345678", "byte 0: not a file of chunks"},
             {be(0x85bd40dd, 4) + "\2...", "byte 4: version 2 is not known"},
             {be(0x85bd40dd, 4) + "\1", "byte 0: the header is cut"}}) {
      const std::string path = folder.write("chunks/000001", content);
      const auto segments = ChunkSegments::open(io::real_file_system(), folder.at("chunks"));
      REQUIRE_FALSE(segments);
      CHECK(segments.error().message() == path + ": " + wanted);
    }
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
