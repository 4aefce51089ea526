#include "common/io/file_system.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

namespace sonde::io {
namespace {

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sonde-io-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

TEST_SUITE("common/io/file_system") {
  TEST_CASE("a file is appended to and read at any offset") {
    const Folder folder;
    FileSystem& files = real_file_system();
    const std::string path = folder.path + "/a";
    {
      auto file = files.create(path);
      REQUIRE(file);
      REQUIRE((*file)->append(as_bytes("hello ")));
      REQUIRE((*file)->append(as_bytes("world")));
      CHECK((*file)->size() == 11);
      REQUIRE((*file)->truncate(5));
      REQUIRE((*file)->append(as_bytes("!")));
      REQUIRE((*file)->sync());
    }
    CHECK(*read_file(files, path, 100) == "hello!");
    CHECK(read_file(files, path, 3).error().code() == ErrorCode::LimitExceeded);
    auto again = files.open_append(path);
    REQUIRE(again);
    CHECK((*again)->size() == 6);
    auto mapping = files.map(path, 6);
    REQUIRE(mapping);
    CHECK(as_text(mapping->bytes()) == "hello!");
  }

  TEST_CASE("what is absent is NotFound") {
    const Folder folder;
    FileSystem& files = real_file_system();
    CHECK(files.open_read(folder.path + "/none").error().code() == ErrorCode::NotFound);
    CHECK(files.remove(folder.path + "/none").error().code() == ErrorCode::NotFound);
    CHECK_FALSE(files.exists(folder.path + "/none"));
    CHECK(files.list(folder.path + "/none").error().code() == ErrorCode::NotFound);
  }

  TEST_CASE("folders are made with their parents and listed in order") {
    const Folder folder;
    FileSystem& files = real_file_system();
    REQUIRE(files.make_directories(folder.path + "/x/y"));
    REQUIRE(files.make_directories(folder.path + "/x/y"));
    REQUIRE(files.create(folder.path + "/x/b"));
    REQUIRE(files.create(folder.path + "/x/a"));
    CHECK(*files.list(folder.path + "/x") == std::vector<std::string>{"a", "b", "y"});
    CHECK(files.make_directories(folder.path + "/x/a").error().code() == ErrorCode::InvalidArgument);
  }

  TEST_CASE("a lock is held once and says by whom") {
    const Folder folder;
    FileSystem& files = real_file_system();
    {
      auto first = files.lock(folder.path + "/LOCK", "process 7\n");
      REQUIRE(first);
      auto second = files.lock(folder.path + "/LOCK", "process 8\n");
      REQUIRE_FALSE(second);
      CHECK(second.error().code() == ErrorCode::AlreadyExists);
      CHECK(second.error().message() == folder.path + "/LOCK is held by process 7");
    }
    CHECK(files.lock(folder.path + "/LOCK", "process 8\n"));
  }
}

}  // namespace
}  // namespace sonde::io
