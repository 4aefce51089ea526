#include <doctest/doctest.h>

#include <cerrno>
#include <vector>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/files") {
  TEST_CASE("a file is read whole whatever its size") {
    Host host;
    const std::string content(100'000, 'x');
    host.write("proc/big", content);
    ReadBuffer buffer;
    KeptFile file(host.options.roots.proc("big"));
    const auto read = file.read(buffer);
    REQUIRE(read);
    CHECK(*read == content);
  }

  TEST_CASE("a file of one record is read whole whatever its size") {
    Host host;
    for (const size_t size : {size_t{0}, size_t{1}, size_t{16 * 1024}, size_t{100'000}}) {
      const std::string content(size, 'x');
      host.write("proc/record", content);
      ReadBuffer buffer;
      KeptFile file(host.options.roots.proc("record"), KeptFile::Content::OneRecord);
      const auto read = file.read(buffer);
      REQUIRE(read);
      CHECK(*read == content);
    }
  }

  TEST_CASE("only the kernel's list of mounts is known not to have changed") {
    Host host;
    host.write("proc/f", "text");
    ReadBuffer buffer;
    KeptFile file(host.options.roots.proc("f"));
    REQUIRE(file.read(buffer));
    CHECK(file.may_have_changed());
    KeptFile mounts("/proc/self/mountinfo");
    CHECK(mounts.may_have_changed());  // Not open yet.
    REQUIRE(mounts.read(buffer));
    CHECK_FALSE(mounts.may_have_changed());
  }

  TEST_CASE("a shared file is read once until it is forgotten") {
    Host host;
    host.write("proc/stat", "old");
    SharedReads shared(host.options.roots);
    CHECK(shared.stat.known().empty());
    CHECK(*shared.stat.read() == "old");
    host.write("proc/stat", "new");
    CHECK(*shared.stat.read() == "old");
    CHECK(shared.stat.known() == "old");
    shared.forget();
    CHECK(*shared.stat.read() == "new");
  }

  TEST_CASE("a file that was replaced is read anew and one that went is not found") {
    Host host;
    host.write("proc/f", "old");
    ReadBuffer buffer;
    KeptFile file(host.options.roots.proc("f"));
    CHECK(*file.read(buffer) == "old");
    host.remove("proc/f");
    const auto gone = file.read(buffer);
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code() == ErrorCode::NotFound);
    CHECK(gone.error().message() == "cannot open " + file.path() + ": no such file or directory");
    host.write("proc/f", "new");
    CHECK(*file.read(buffer) == "new");
  }

  TEST_CASE("the kernel's files are read again over one descriptor") {
    ReadBuffer buffer;
    KeptFile file("/proc/self/stat");
    const auto first = file.read(buffer);
    REQUIRE(first);
    const std::string begin(first->substr(0, 5));
    CHECK(file.read(buffer)->starts_with(begin));
  }

  TEST_CASE("attributes are trimmed and numbers may be hexadecimal") {
    Host host;
    ReadBuffer buffer;
    host.write("sys/a", " full \n");
    CHECK(KeptFile(host.options.roots.sys("a")).attribute(buffer) == "full");
    CHECK_FALSE(KeptFile(host.options.roots.sys("a")).integer_attribute(buffer));
    host.write("sys/n", "0x20\n");
    CHECK(KeptFile(host.options.roots.sys("n")).integer_attribute(buffer) == 32);
    host.write("sys/n", "-1\n");
    CHECK(KeptFile(host.options.roots.sys("n")).integer_attribute(buffer) == -1);
    for (const char* content : {"", "0x", "0xg", "1 2", "99999999999999999999"}) {
      CAPTURE(content);
      host.write("sys/n", content);
      CHECK_FALSE(KeptFile(host.options.roots.sys("n")).integer_attribute(buffer));
    }
    CHECK_FALSE(KeptFile(host.options.roots.sys("absent")).attribute(buffer));
  }

  TEST_CASE("a folder lists its names sorted and follows changes") {
    Host host;
    host.write("sys/d/b", "");
    host.write("sys/d/a", "");
    KeptFolder folder(host.options.roots.sys("d"));
    auto names = folder.list();
    REQUIRE(names);
    CHECK(std::vector<std::string>(names->begin(), names->end()) == std::vector<std::string>{"a", "b"});
    host.remove("sys/d/a");
    CHECK(folder.list()->size() == 1);
    host.remove("sys/d/b");
    CHECK(folder.list()->empty());
    const auto absent = KeptFolder(host.options.roots.sys("absent")).list();
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code() == ErrorCode::NotFound);
  }

  TEST_CASE("error numbers read as the original spells them") {
    CHECK(errno_text(ENOENT) == "no such file or directory");
    CHECK(errno_text(EACCES) == "permission denied");
    CHECK(errno_text(ESTALE) == "stale NFS file handle");
    CHECK(errno_text(EIO) == "input/output error");
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
