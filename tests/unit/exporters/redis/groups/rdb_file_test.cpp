#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"
#include "tests/unit/temporary_folder.h"

namespace {

sonde::redis::Reply config_of(const std::string& folder, const std::string& name) {
  sonde::redis::Reply reply;
  reply.kind = sonde::redis::Reply::Kind::List;
  for (const std::string& text : {std::string("dir"), folder, std::string("dbfilename"), name}) {
    reply.items.push_back({.kind = sonde::redis::Reply::Kind::Text, .text = text});
  }
  return reply;
}

}  // namespace

namespace sonde::redis {

TEST_SUITE("redis/groups/rdb_file") {
  TEST_CASE("the file's size is that on this machine and 0 where there is none") {
    const TemporaryFolder folder;
    GroupLab lab;
    lab.config = config_of(folder.path(), "dump.rdb");
    CHECK(lab.run(collect_rdb_file) == "redis_rdb_current_size_bytes 0\n");
    folder.write("dump.rdb", "REDIS0011");
    CHECK(lab.run(collect_rdb_file) == "redis_rdb_current_size_bytes 9\n");
  }

  TEST_CASE("a server cannot point to other files") {
    GroupLab lab;
    for (const char* name : {"../passwd", "a/b", "", ".", ".."}) {
      CAPTURE(name);
      lab.config = config_of("/etc", name);
      CHECK(lab.run(collect_rdb_file).empty());
    }
    lab.config = config_of("/dev", "null");
    CHECK(lab.run(collect_rdb_file).empty());
    lab.config = {};
    CHECK(lab.run(collect_rdb_file).empty());
  }
}

}  // namespace sonde::redis
