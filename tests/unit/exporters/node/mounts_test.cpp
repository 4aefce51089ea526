#include <doctest/doctest.h>

#include "exporters/node/mounts.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/mounts") {
  TEST_CASE("optional fields are passed over and escapes resolved") {
    const auto mounts = parse_mounts(
        "36 35 98:0 /r /mnt/a\\040b\\011c rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
        "37 35 0:5 / /t ro - tmpfs  rw\n",
        Roots{});
    REQUIRE(mounts);
    REQUIRE(mounts->size() == 2);
    const Mount& first = mounts->front();
    CHECK(first.mount_point == "/mnt/a b\tc");
    CHECK(first.type == "ext3");
    CHECK(first.device == "/dev/root");
    CHECK(first.major == "98");
    CHECK(first.minor == "0");
    CHECK_FALSE(first.read_only);
    CHECK((*mounts)[1].device.empty());
    CHECK((*mounts)[1].read_only);
  }

  TEST_CASE("read-only is an option of the mount or of the file system") {
    const auto is_read_only = [](std::string_view options, std::string_view super) {
      const std::string line =
          "1 1 0:1 / /x " + std::string(options) + " - ext4 d " + std::string(super) + "\n";
      return parse_mounts(line, Roots{})->front().read_only;
    };
    CHECK(is_read_only("ro,noatime", "rw"));
    CHECK(is_read_only("rw", "ro"));
    CHECK(is_read_only("rw", "rw,emergency_ro"));
    CHECK_FALSE(is_read_only("rw,errors=remount-ro", "rw,prof"));
  }

  TEST_CASE("bytes that are no UTF-8 are replaced and the root is cut off") {
    Roots roots;
    roots.rootfs = "/host";
    const auto mounts = parse_mounts("1 1 0:1 / /host/\xff rw - ext4 d rw\n", roots);
    REQUIRE(mounts);
    CHECK(mounts->front().mount_point == "/\xef\xbf\xbd");
  }

  TEST_CASE("a line cut anywhere is an error or shorter") {
    const std::string line = "1 1 0:1 / /x rw - ext4 /dev/x rw";
    size_t errors = 0;
    for (size_t length = 1; length < line.size(); ++length)
      errors += parse_mounts(line.substr(0, length), Roots{}) ? 0 : 1;
    CHECK(errors >= line.find(" rw", 20) - 1);
    CHECK_FALSE(parse_mounts("1 1 a:1 / /x rw - ext4 /dev/x rw\n", Roots{}));
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
