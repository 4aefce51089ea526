#include "common/io/file_system.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>

#include "tests/unit/temporary_folder.h"

namespace sonde::io {
namespace {

TEST_SUITE("common/io/file_system") {
  TEST_CASE("a file is appended to and read at any offset") {
    const TemporaryFolder folder;
    FileSystem& files = real_file_system();
    const std::string path = folder.at("a");
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

  TEST_CASE("a pipe is read until its end and refused when that is too far") {
    // Longer than what is read at once, shorter than what a pipe holds.
    const std::string text(40'000, 'x');
    const auto read = [&text](uint64_t size_bytes_max) {
      std::array<int, 2> ends{};
      REQUIRE(::pipe(ends.data()) == 0);
      REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
      ::close(ends[1]);
      // What a shell makes of <(command).
      auto content = read_file(real_file_system(), "/dev/fd/" + std::to_string(ends[0]), size_bytes_max);
      ::close(ends[0]);
      return content;
    };
    CHECK(*read(1'000'000) == text);
    CHECK(*read(text.size()) == text);
    CHECK(read(text.size() - 1).error().code() == ErrorCode::LimitExceeded);
    CHECK(read(10).error().code() == ErrorCode::LimitExceeded);
  }

  TEST_CASE("a file of proc that says no size is read whole") {
    CHECK(read_file(real_file_system(), "/proc/self/status", 1'000'000)->starts_with("Name:"));
  }

  TEST_CASE("a pipe cannot be read twice") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    REQUIRE(::write(ends[1], "ab", 2) == 2);
    ::close(ends[1]);
    auto file = real_file_system().open_read("/dev/fd/" + std::to_string(ends[0]));
    REQUIRE(file);
    std::array<std::byte, 2> buffer{};
    CHECK((*file)->size() == 0);
    CHECK(*(*file)->read(0, std::span(buffer).first(1)) == 1);
    CHECK((*file)->read(0, buffer).error().code() == ErrorCode::Unsupported);
    CHECK(*(*file)->read(1, buffer) == 1);
    ::close(ends[0]);
  }

  TEST_CASE("what is absent is NotFound") {
    const TemporaryFolder folder;
    FileSystem& files = real_file_system();
    CHECK(files.open_read(folder.at("none")).error().code() == ErrorCode::NotFound);
    CHECK(files.remove(folder.at("none")).error().code() == ErrorCode::NotFound);
    CHECK_FALSE(files.exists(folder.at("none")));
    CHECK(files.list(folder.at("none")).error().code() == ErrorCode::NotFound);
  }

  TEST_CASE("folders are made with their parents and listed in order") {
    const TemporaryFolder folder;
    FileSystem& files = real_file_system();
    REQUIRE(files.make_directories(folder.at("x/y")));
    REQUIRE(files.make_directories(folder.at("x/y")));
    REQUIRE(files.create(folder.at("x/b")));
    REQUIRE(files.create(folder.at("x/a")));
    CHECK(*files.list(folder.at("x")) == std::vector<std::string>{"a", "b", "y"});
    CHECK(files.make_directories(folder.at("x/a")).error().code() == ErrorCode::InvalidArgument);
  }

  TEST_CASE("a lock is held once and says by whom") {
    const TemporaryFolder folder;
    FileSystem& files = real_file_system();
    {
      auto first = files.lock(folder.at("LOCK"), "process 7\n");
      REQUIRE(first);
      auto second = files.lock(folder.at("LOCK"), "process 8\n");
      REQUIRE_FALSE(second);
      CHECK(second.error().code() == ErrorCode::AlreadyExists);
      CHECK(second.error().message() == folder.at("LOCK is held by process 7"));
    }
    CHECK(files.lock(folder.at("LOCK"), "process 8\n"));
  }
}

}  // namespace
}  // namespace sonde::io
