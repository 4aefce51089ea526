#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/filesystem") {
  TEST_CASE("a mount that is there has sizes and its device numbers") {
    Host host;
    host.write("proc/1/mountinfo",
               "29 1 259:2 / " + host.root() + " rw,relatime shared:1 - ext4 /dev/vda rw\n");
    const std::string samples = host.scrape(make_filesystem);
    const std::string labels = "{device=\"/dev/vda\",device_error=\"\",fstype=\"ext4\",mountpoint=\"/\"}";
    CHECK(samples.find("node_filesystem_device_error" + labels + " 0\n") != std::string::npos);
    CHECK(samples.find("node_filesystem_readonly" + labels + " 0\n") != std::string::npos);
    CHECK(samples.find("node_filesystem_size_bytes" + labels) != std::string::npos);
    CHECK(samples.find("node_filesystem_files_free" + labels) != std::string::npos);
    CHECK(samples.find("node_filesystem_mount_info{device=\"/dev/"
                       "vda\",major=\"259\",minor=\"2\",mountpoint=\"/\"} 1\n") != std::string::npos);
  }

  TEST_CASE("a mount that cannot be asked shows why and nothing else") {
    Host host;
    host.write("proc/self/mountinfo", "29 1 0:9 / /absent ro - ext4 /dev/x rw\n");
    CHECK(host.scrape(make_filesystem) ==
          "node_filesystem_device_error{device=\"/dev/x\",device_error=\"no such file or "
          "directory\",fstype=\"ext4\","
          "mountpoint=\"/absent\"} 1\n"
          "node_filesystem_readonly{device=\"/dev/x\",device_error=\"no such file or "
          "directory\",fstype=\"ext4\","
          "mountpoint=\"/absent\"} 1\n");
  }

  TEST_CASE("excluded types and mount points and repetitions are left out") {
    Host host;
    host.write("proc/1/mountinfo",
               "1 1 0:1 / /proc rw - proc proc rw\n2 1 0:2 / /x rw - overlay o rw\n3 1 0:3 / /x rw - ext4 "
               "/dev/x rw\n"
               "4 1 0:4 / /x rw - ext4 /dev/x rw\n");
    const std::string samples = host.scrape(make_filesystem);
    CHECK(samples.find("proc") == std::string::npos);
    CHECK(samples.find("overlay") == std::string::npos);
    CHECK(samples.find("mountpoint=\"/x\"", samples.find("mountpoint=\"/x\"") + 1) ==
          samples.rfind("mountpoint=\"/x\""));
  }

  TEST_CASE("an include clears the default exclude") {
    Host host;
    host.options.filesystem.types.include = "^proc$";
    host.options.filesystem.mount_points.include = "^/proc$";
    host.write("proc/1/mountinfo", "1 1 0:1 / /proc rw - proc proc rw\n2 1 0:2 / /x rw - ext4 /dev/x rw\n");
    CHECK(host.scrape(make_filesystem).find("fstype=\"proc\"") != std::string::npos);
    host.options.filesystem.types.exclude_given = true;
    host.make(make_filesystem);
    CHECK(host.error_code() == ErrorCode::InvalidArgument);
  }

  TEST_CASE("a broken list is corrupt and a missing one not found") {
    Host host;
    host.scrape(make_filesystem);
    CHECK(host.error_code() == ErrorCode::NotFound);
    host.write("proc/1/mountinfo", "29 1 0:9 /\n");
    host.scrape(make_filesystem);
    CHECK(host.error_code() == ErrorCode::Corrupt);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
