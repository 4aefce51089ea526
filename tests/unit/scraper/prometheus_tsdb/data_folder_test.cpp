#include "scraper/prometheus_tsdb/data_folder.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

std::string ulid(char last) {
  return "01ABCDEFGHJKMNPQRSTVWXYZ0" + std::string(1, last);
}

TEST_SUITE("scraper/prometheus_tsdb/data_folder") {
  TEST_CASE("blocks come in the order of their times without those that others replace") {
    const TemporaryFolder folder;
    folder.write(ulid('1') + "/meta.json", meta_json(200, 300));
    folder.write(ulid('2') + "/meta.json",
                 meta_json(100, 150, R"({"parents":[{"ulid":")" + ulid('3') + "\"}]}"));
    folder.write(ulid('3') + "/meta.json", meta_json(100, 120));
    folder.write(ulid('4') + "/meta.json", meta_json(0, 10, R"({"deletable":true})"));
    folder.write(ulid('5') + "/meta.json", meta_json(300, 900, R"({"hints":["from-out-of-order"]})"));
    folder.write(ulid('6') + "/index", "unfinished");
    folder.write(ulid('7') + ".tmp-for-creation/meta.json", "{");
    const auto read = read_data_folder(io::real_file_system(), folder.path());
    REQUIRE(read);
    std::vector<std::string> names;
    for (const BlockFolder& block : read->blocks) names.push_back(block.meta.ulid);
    CHECK(names == std::vector<std::string>{ulid('2'), ulid('1'), ulid('5')});
    // Late samples do not end the time that the head goes on from.
    CHECK(read->head_begin_ms == 300);
  }

  TEST_CASE("the newest checkpoint stands for the segments up to its number") {
    const TemporaryFolder folder;
    for (const char* name :
         {"wal/00000003", "wal/00000004", "wal/00000005", "wal/checkpoint.00000002/00000000",
          "wal/checkpoint.00000004/00000000", "wal/checkpoint.00000004/00000001",
          "wal/checkpoint.00000009.tmp/00000000", "wbl/00000001", "chunks_head/000002"}) {
      folder.write(name, "");
    }
    const auto read = read_data_folder(io::real_file_system(), folder.path());
    REQUIRE(read);
    std::vector<std::string> paths;
    for (const NumberedFile& file : read->log) paths.push_back(file.path.substr(folder.path().size() + 1));
    CHECK(paths == std::vector<std::string>{"wal/checkpoint.00000004/00000000",
                                            "wal/checkpoint.00000004/00000001", "wal/00000005"});
    CHECK(read->late_log.size() == 1);
    CHECK(read->head_chunks.size() == 1);
    CHECK(read->head_begin_ms == INT64_MIN);
  }

  TEST_CASE("other folders and damaged descriptions are errors that name the file") {
    const TemporaryFolder folder;
    CHECK(read_data_folder(io::real_file_system(), folder.path()).error().code() == ErrorCode::NotFound);
    CHECK_FALSE(read_data_folder(io::real_file_system(), folder.at("none")));
    const std::string meta = folder.write(ulid('1') + "/meta.json", "{}");
    CHECK(read_data_folder(io::real_file_system(), folder.path()).error().message().starts_with(meta + ": "));
  }

  TEST_CASE("a lock that somebody holds is respected") {
    const TemporaryFolder folder;
    CHECK(FolderHold::take(folder.path()));
    const std::string lock = folder.write("lock", "");
    const int other = ::open(lock.c_str(), O_RDONLY);
    {
      const auto hold = FolderHold::take(folder.path());
      REQUIRE(hold);
      CHECK(::flock(other, LOCK_EX | LOCK_NB) != 0);
    }
    CHECK(::flock(other, LOCK_EX | LOCK_NB) == 0);
    const auto refused = FolderHold::take(folder.path());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::AlreadyExists);
    CHECK(refused.error().message().find("stop it, or read a snapshot") != std::string::npos);
    ::close(other);
    const auto writer = io::real_file_system().open_append(folder.at("wal"));
    CHECK_FALSE(FolderHold::take(folder.path()));
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
