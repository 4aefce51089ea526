#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/diskstats") {
  TEST_CASE("sectors become bytes and milliseconds seconds") {
    Host host;
    host.write("proc/diskstats", "   8       0 sda 11 12 13 14000 15 16 17 18000 19 20000 21000\n");
    CHECK(host.scrape(make_diskstats) ==
          "node_disk_info{device=\"sda\",major=\"8\",minor=\"0\",model=\"\",path=\"\",revision=\"\","
          "rotational=\"0\",serial=\"\",wwn=\"\"} 1\n"
          "node_disk_io_now{device=\"sda\"} 19\nnode_disk_io_time_seconds_total{device=\"sda\"} 20\n"
          "node_disk_io_time_weighted_seconds_total{device=\"sda\"} "
          "21\nnode_disk_read_bytes_total{device=\"sda\"} 6656\n"
          "node_disk_read_time_seconds_total{device=\"sda\"} "
          "14\nnode_disk_reads_completed_total{device=\"sda\"} 11\n"
          "node_disk_reads_merged_total{device=\"sda\"} "
          "12\nnode_disk_write_time_seconds_total{device=\"sda\"} 18\n"
          "node_disk_writes_completed_total{device=\"sda\"} "
          "15\nnode_disk_writes_merged_total{device=\"sda\"} 16\n"
          "node_disk_written_bytes_total{device=\"sda\"} 8704\n");
  }

  TEST_CASE("newer kernels have discards and flushes and partitions are left out") {
    Host host;
    host.write("proc/diskstats",
               "8 0 sda 1 1 1 1 1 1 1 1 1 1 1 2 3 4 5000 6 7000\n8 1 sda1 1 1 1 1 1 1 1 1 1 1 1\n1 0 ram0 1 "
               "1 1 1 1 1 1 1 1 1 1\n");
    const std::string samples = host.scrape(make_diskstats);
    CHECK(samples.find("node_disk_discarded_sectors_total{device=\"sda\"} 4\n") != std::string::npos);
    CHECK(samples.find("node_disk_discard_time_seconds_total{device=\"sda\"} 5\n") != std::string::npos);
    CHECK(samples.find("node_disk_flush_requests_time_seconds_total{device=\"sda\"} 7\n") !=
          std::string::npos);
    CHECK(samples.find("sda1") == std::string::npos);
    CHECK(samples.find("ram0") == std::string::npos);
  }

  TEST_CASE("udev and sysfs tell what a disk is") {
    Host host;
    host.write("proc/diskstats", "8 0 sda 1 1 1 1 1 1 1 1 1 1 1\n253 0 dm-0 1 1 1 1 1 1 1 1 1 1 1\n");
    host.write("sys/block/sda/queue/rotational", "1\n");
    host.write("udev/b8:0",
               "S:disk/by-id/"
               "x\nE:ID_MODEL=DISK\nE:ID_SERIAL=long\nE:ID_SERIAL_SHORT=short\nE:ID_ATA=1\nE:ID_ATA_ROTATION_"
               "RATE_RPM=7200\nE:ID_FS_TYPE=ext4\nE:ID_FS_USAGE=filesystem\n");
    host.write("udev/b253:0",
               "E:DM_NAME=vg-root\nE:DM_LV_NAME=root\nE:DM_VG_NAME=vg\nE:ID_ATA=1\nE:ID_ATA_WRITE_CACHE=x\n");
    const std::string samples = host.scrape(make_diskstats);
    CHECK(samples.find(
              "model=\"DISK\",path=\"\",revision=\"\",rotational=\"1\",serial=\"short\",wwn=\"\"} 1\n") !=
          std::string::npos);
    CHECK(samples.find("node_disk_ata_rotation_rate_rpm{device=\"sda\"} 7200\n") != std::string::npos);
    CHECK(samples.find("node_disk_ata_write_cache") == std::string::npos);
    CHECK(samples.find("node_disk_filesystem_info{device=\"sda\",type=\"ext4\",usage=\"filesystem\",uuid="
                       "\"\",version=\"\"} 1\n") != std::string::npos);
    CHECK(samples.find("node_disk_device_mapper_info{device=\"dm-0\",lv_layer=\"\",lv_name=\"root\",name="
                       "\"vg-root\",uuid=\"\",vg_name=\"vg\"} 1\n") != std::string::npos);
  }

  TEST_CASE("a short line is passed over and words are corrupt") {
    Host host;
    host.write("proc/diskstats", "8 0 sda 1 2 3\n");
    CHECK(host.scrape(make_diskstats).empty());
    CHECK_FALSE(host.error);
    for (const char* content : {"8 0 sda 1 1 1 x\n", "a 0 sda 1\n", "8\n"}) {
      CAPTURE(content);
      host.write("proc/diskstats", content);
      host.scrape(make_diskstats);
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
  }

  TEST_CASE("include and a given exclude stop the start") {
    Host host;
    host.options.diskstats_devices.include = "sda";
    host.options.diskstats_devices.exclude = "sdb";
    host.options.diskstats_devices.exclude_given = true;
    host.make(make_diskstats);
    REQUIRE(host.error);
    CHECK(host.error->message() ==
          "--collector.diskstats.device-include and --collector.diskstats.device-exclude are mutually "
          "exclusive, give one of them");
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
