#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/netclass") {
  void write_device(const Host& host, const std::string& name, std::string_view speed) {
    const std::string folder = "sys/class/net/" + name + "/";
    host.write(folder + "operstate", "up\n");
    host.write(folder + "address", "01:02:03:04:05:06\n");
    host.write(folder + "broadcast", "ff:ff:ff:ff:ff:ff\n");
    host.write(folder + "flags", "0x1303\n");
    host.write(folder + "dev_id", "0x20\n");
    host.write(folder + "carrier_changes", "2\n");
    host.write(folder + "speed", speed);
  }

  TEST_CASE("attributes that are there become families") {
    Host host;
    write_device(host, "eth0", "1000\n");
    host.write("sys/class/net/bonding_masters", "bond0\n");
    CHECK(
        host.scrape(make_netclass) ==
        "node_network_carrier_changes_total{device=\"eth0\"} 2\nnode_network_device_id{device=\"eth0\"} 32\n"
        "node_network_flags{device=\"eth0\"} 4867\n"
        "node_network_info{address=\"01:02:03:04:05:06\",adminstate=\"up\",broadcast=\"ff:ff:ff:ff:ff:ff\","
        "device=\"eth0\","
        "duplex=\"\",ifalias=\"\",operstate=\"up\"} 1\n"
        "node_network_speed_bytes{device=\"eth0\"} 1.25e+08\nnode_network_up{device=\"eth0\"} 1\n");
  }

  TEST_CASE("an invalid speed is shown unless it is to be ignored") {
    Host host;
    write_device(host, "eth0", "-1\n");
    CHECK(host.scrape(make_netclass).find("node_network_speed_bytes{device=\"eth0\"} -125000\n") !=
          std::string::npos);
    host.options.netclass.ignore_invalid_speed = true;
    CHECK(host.scrape(make_netclass).find("speed") == std::string::npos);
  }

  TEST_CASE("devices come and go and are left out by pattern") {
    Host host;
    host.options.netclass.ignored_devices = "^dmz$";
    write_device(host, "dmz", "10\n");
    write_device(host, "eth0", "10\n");
    host.make(make_netclass);
    CHECK(host.scrape().find("dmz") == std::string::npos);
    write_device(host, "eth1", "10\n");
    CHECK(host.scrape().find("node_network_up{device=\"eth1\"} 1\n") != std::string::npos);
    host.remove("sys/class/net/eth0");
    const std::string samples = host.scrape();
    CHECK(samples.find("eth0") == std::string::npos);
    CHECK(samples.find("eth1") != std::string::npos);
  }

  TEST_CASE("a host without network devices has no data") {
    Host host;
    CHECK(host.scrape(make_netclass).empty());
    CHECK(host.error_code() == ErrorCode::NotFound);
  }

  TEST_CASE("words in place of numbers leave only their own family out") {
    Host host;
    write_device(host, "eth0", "fast\n");
    host.write("sys/class/net/eth0/flags", "0xzz\n");
    const std::string samples = host.scrape(make_netclass);
    CHECK(samples.find("speed") == std::string::npos);
    CHECK(samples.find("adminstate=\"unknown\"") != std::string::npos);
  }

  // Attributes that a driver has no answer for stay out of the copy, as they do out of the page.
  void copy_devices(const Host& host) {
    for (const auto& device : std::filesystem::directory_iterator("/sys/class/net")) {
      if (!device.is_directory()) continue;
      for (const auto& file : std::filesystem::directory_iterator(device.path())) {
        if (!file.is_regular_file()) continue;
        std::ifstream in(file.path());
        std::string content;
        if (!std::getline(in, content)) continue;
        host.write(
            "sys/class/net/" + device.path().filename().string() + "/" + file.path().filename().string(),
            content + "\n");
      }
    }
  }

  TEST_CASE("netlink and files give the same page") {
    Host real;
    real.options.roots.sysfs = "/sys";
    const std::string by_netlink = real.scrape(make_netclass);
    if (real.error) {
      MESSAGE("no network devices here: " << real.error->message());
      return;
    }
    Host copy;
    copy_devices(copy);
    CHECK(copy.scrape(make_netclass) == by_netlink);
    CHECK(copy.page == real.page);
    CHECK(real.scrape() == by_netlink);  // Once known, devices are not looked up in sysfs again.
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
