#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "common/io/crc32c.h"
#include "scraper/tsdb/head.h"
#include "scraper/tsdb/log_format.h"
#include "scraper/tsdb/log_reader.h"
#include "scraper/tsdb/replay.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};

class TextFile final : public io::ReadableFile {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}
  Result<size_t> read(uint64_t offset, std::span<std::byte> buffer) const override {
    const auto rest = io::as_bytes(text_).subspan(std::min<size_t>(offset, text_.size()));
    const size_t count = std::min(rest.size(), buffer.size());
    std::copy_n(rest.begin(), count, buffer.begin());
    return count;
  }
  uint64_t size() const override { return text_.size(); }

 private:
  std::string text_;
};

std::string valid_header() {
  std::string out;
  append_log_header(out, {kLogVersion, 7});
  return out;
}

std::vector<std::string> batches_of(const std::string& file, uint64_t& damages) {
  const TextFile text(file);
  LogReader reader(text);
  std::vector<std::string> batches;
  if (!reader.read_header()) return batches;
  std::string batch;
  while (*reader.next(batch)) batches.push_back(batch);
  damages = reader.damage_count();
  return batches;
}

// What a head holds after the replay of a log file.
class ReplayedHead final : public SamplesOnlySource {
 public:
  explicit ReplayedHead(std::string log, size_t shard_count = 1)
      : head_(options(shard_count), io::real_file_system(), FileNames{"/nonexistent"}) {
    LogReplay replay(head_);
    (void)replay.read_file(TextFile(std::move(log)));
    counts_ = replay.counts();
  }
  size_t slab_count() const { return head_.size().chunks; }
  const ReplayCounts& counts() const { return counts_; }

  Result<std::unique_ptr<storage::Selection>> select(std::span<const Matcher> matchers,
                                                     const storage::SelectHints& hints) const override {
    std::vector<FoundStretch> found;
    head_.select(matchers, hints.range, INT64_MIN, found);
    return make_selection(std::move(found), {});
  }

 private:
  static HeadOptions options(size_t shard_count) {
    return {.shard_count = shard_count, .block_range_ms = 7200000, .log_segment_bytes = 1 << 30};
  }

  Head head_;
  ReplayCounts counts_;
};

// Rows of several groups, and the log they made.
struct Written {
  std::string log;
  Model model;
  size_t slab_count = 0;
};

std::string only_log(const TemporaryFolder& folder) {
  return *io::read_file(io::real_file_system(), folder.path() + "/log/00000001", 1 << 30);
}

Written write_rows(size_t groups, size_t columns, int64_t rows, uint64_t seed) {
  std::mt19937_64 random(seed);
  TestContext context;
  const TemporaryFolder folder;
  Written written;
  {
    const auto database = open_database(folder.path(), context);
    std::vector<Labels> labels;
    for (size_t c = 0; c < columns; ++c) labels.push_back({{"__name__", "m"}, {"c", std::to_string(c)}});
    const auto shape = database->intern_shape(labels);
    std::vector<std::vector<double>> values(groups, std::vector<double>(columns));
    for (int64_t row = 0; row < rows; ++row) {
      for (size_t g = 0; g < groups; ++g) {
        const auto group = database->open_group({{"g", std::to_string(g)}}, {});
        for (double& value : values[g]) {
          if (random() % 3 == 0) value += random() % 8 == 0 ? 0.37 : 1;
        }
        database->append(group, shape, {row * 1000, values[g], {}});
        for (size_t c = 0; c < columns; ++c) {
          const Labels all{{"__name__", "m"}, {"c", std::to_string(c)}, {"g", std::to_string(g)}};
          written.model[all][row * 1000] = std::bit_cast<uint64_t>(values[g][c]);
        }
      }
      // Batches of their own, as if time passed.
      if (row % 4 == 3) REQUIRE(database->flush());
    }
    written.slab_count = database->counters().head_chunks;
  }
  written.log = only_log(folder);
  return written;
}

// One group whose columns come, go, and change their kind.
Written write_flapping_rows(int64_t rows, uint64_t seed) {
  constexpr size_t kColumns = 70;
  std::mt19937_64 random(seed);
  TestContext context;
  const TemporaryFolder folder;
  Written written;
  {
    const auto database = open_database(folder.path(), context);
    const auto group = database->open_group({{"g", "1"}}, {.absence_is_stale = false});
    std::vector<double> values(kColumns, 1);
    for (int64_t row = 0; row < rows; ++row) {
      // New columns every fifty rows; in one of four rows some are absent.
      const size_t columns = std::min(kColumns, 10 + static_cast<size_t>(row) / 50 * 10);
      std::vector<Labels> labels;
      for (size_t c = 0; c < columns; ++c) labels.push_back({{"__name__", "m"}, {"c", std::to_string(c)}});
      std::vector<uint64_t> absent(2);
      if (random() % 4 == 0) absent[0] = random() & random() & random() & 1023;
      for (size_t c = 0; c < columns; ++c) {
        if (random() % 3 == 0) values[c] += 1;
        if (random() % 200 == 0) values[c] += 0.125;
        if (random() % 500 == 0) values[c] = -values[c] / 3;
        if (((absent[c / 64] >> (c % 64)) & 1) != 0) continue;
        const Labels all{{"__name__", "m"}, {"c", std::to_string(c)}, {"g", "1"}};
        written.model[all][row * 1000] = std::bit_cast<uint64_t>(values[c]);
      }
      absent.resize((columns + 63) / 64);
      const auto shape = database->intern_shape(labels);
      database->append(group, shape, {row * 1000, std::span(values).first(columns), absent});
    }
  }
  written.log = only_log(folder);
  return written;
}

// Every sample of `part` is in `whole`.
bool is_part_of(const Model& part, const Model& whole) {
  return std::ranges::all_of(part, [&](const auto& entry) {
    const auto at = whole.find(entry.first);
    return at != whole.end() && std::ranges::all_of(entry.second, [&](const auto& sample) {
             const auto found = at->second.find(sample.first);
             return found != at->second.end() && found->second == sample.second;
           });
  });
}

size_t sample_count(const Model& model) {
  size_t count = 0;
  for (const auto& [labels, samples] : model) count += samples.size();
  return count;
}

TEST_SUITE("scraper/tsdb/log_format") {
  TEST_CASE("the header is sixteen bytes and starts with SNL1") {
    CHECK(valid_header() == std::string("SNL1\x02\0\0\0\x07\0\0\0\0\0\0\0", 16));
  }

  TEST_CASE("a header cut at any byte reads as truncated") {
    const std::string file = valid_header();
    for (size_t length = 0; length < file.size(); ++length) {
      CAPTURE(length);
      const auto header = read_log_header(io::as_bytes(std::string_view(file).substr(0, length)));
      REQUIRE_FALSE(header);
      CHECK(header.error().code() == ErrorCode::Truncated);
    }
  }

  TEST_CASE("another magic or version is refused by name") {
    std::string file = valid_header();
    file[4] = 9;
    CHECK(read_log_header(io::as_bytes(file)).error().message() == "log version 9 is not known");
    file[0] = 'X';
    CHECK(read_log_header(io::as_bytes(file)).error().code() == ErrorCode::Corrupt);
  }

  TEST_CASE("a batch is a fragment with its length and kind and checksum") {
    std::string out;
    uint64_t position = 16;
    append_batch(out, position, "abc");
    const uint32_t crc =
        io::crc32c_by_table(io::as_bytes("\x01"
                                         "abc"));
    std::string wanted("\x03\x00\x01", 3);
    for (int shift = 0; shift < 32; shift += 8) wanted += static_cast<char>(crc >> shift);
    CHECK(out == wanted + "abc");
    CHECK(position == 26);
  }

  TEST_CASE("batches of any size cross pages and come back") {
    std::string file = valid_header();
    uint64_t position = file.size();
    std::vector<std::string> batches;
    std::mt19937_64 random(1);
    for (const size_t size : {1U, 32768U, 100000U, 5U, 32738U, 32745U, 32761U, 7U, 200000U, 16384U, 16384U}) {
      std::string batch(size, '\0');
      for (char& byte : batch) byte = static_cast<char>(random());
      append_batch(file, position, batch);
      CHECK(position == file.size());
      batches.push_back(std::move(batch));
    }
    uint64_t damages = 1;
    CHECK(batches_of(file, damages) == batches);
    CHECK(damages == 0);
  }
}

TEST_SUITE("scraper/tsdb/replay") {
  TEST_CASE("a log cut at any byte gives a part of the rows and no other value") {
    const Written written = write_rows(2, 5, 30, 1);
    size_t before = 0;
    for (size_t length = 0; length <= written.log.size(); ++length) {
      const ReplayedHead head(written.log.substr(0, length));
      const Model got = read_all(head, {}, kAlways);
      CAPTURE(length);
      REQUIRE(is_part_of(got, written.model));
      REQUIRE(sample_count(got) >= before);
      before = sample_count(got);
    }
    CHECK(before == sample_count(written.model));
  }

  TEST_CASE("with any bit flipped no value is invented") {
    const Written written = write_rows(2, 5, 12, 2);
    for (size_t bit = 0; bit < written.log.size() * 8; ++bit) {
      std::string damaged = written.log;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      const ReplayedHead head(std::move(damaged));
      CAPTURE(bit);
      REQUIRE(is_part_of(read_all(head, {}, kAlways), written.model));
    }
  }

  TEST_CASE("any number of shards reads the same rows") {
    const Written written = write_rows(7, 60, 900, 5);
    REQUIRE(written.log.size() > 300 * 1024);  // more than is handed over at once
    for (const size_t shard_count : {1U, 2U, 5U}) {
      const ReplayedHead head(written.log, shard_count);
      CAPTURE(shard_count);
      CHECK(head.counts().rows == 7 * 900);
      CHECK(head.counts().rows_dropped == 0);
      CHECK(read_all(head, {}, kAlways) == written.model);
    }
  }

  TEST_CASE("a group is sealed where its writer sealed it") {
    // 120 rows a slab but for the first, which comes earlier by the group's hash: 900 rows are 7 or 8 of
    // them.
    const Written written = write_rows(3, 5, 900, 6);
    const ReplayedHead head(written.log);
    CHECK(head.slab_count() == written.slab_count);
    CHECK(read_all(head, {}, kAlways) == written.model);
  }

  TEST_CASE("rows with ended and new columns between others come back") {
    const Written written = write_flapping_rows(400, 7);
    const ReplayedHead head(written.log);
    CHECK(head.counts().rows_dropped == 0);
    CHECK(read_all(head, {}, kAlways) == written.model);
  }

  TEST_CASE("a damaged record costs its groups' rows up to their next key rows") {
    const Written written = write_rows(3, 40, 1500, 3);
    REQUIRE(written.log.size() > 4 * kLogPageBytes);
    std::mt19937_64 random(4);
    for (int round = 0; round < 5; ++round) {
      std::string damaged = written.log;
      // Not in the first page: that has the declarations.
      const size_t at = kLogPageBytes + random() % (damaged.size() / 2 - kLogPageBytes);
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      const ReplayedHead head(std::move(damaged));
      CHECK(head.counts().damages == 1);
      const Model got = read_all(head, {}, kAlways);
      CHECK(is_part_of(got, written.model));
      const size_t rows_of_a_page = kLogPageBytes / 30;
      CHECK(sample_count(got) + (120 * 3 + rows_of_a_page) * 40 >= sample_count(written.model));
      for (const auto& [labels, samples] : got) CHECK(samples.rbegin()->first == 1499 * 1000);
    }
  }
}

}  // namespace
}  // namespace sonde::tsdb
