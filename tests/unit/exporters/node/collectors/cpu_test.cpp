#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/cpu") {
  TEST_CASE("jiffies become seconds per CPU and mode and the sum is left out") {
    Host host;
    host.write("proc/stat", "cpu  1 1 1\ncpu0 44490 19 21045 1087069 220 1 3410 4 2 1\nintr 5\n");
    CHECK(host.scrape(make_cpu) ==
          "node_cpu_guest_seconds_total{cpu=\"0\",mode=\"user\"} "
          "0.02\nnode_cpu_guest_seconds_total{cpu=\"0\",mode=\"nice\"} 0.01\n"
          "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} "
          "444.9\nnode_cpu_seconds_total{cpu=\"0\",mode=\"nice\"} 0.19\n"
          "node_cpu_seconds_total{cpu=\"0\",mode=\"system\"} "
          "210.45\nnode_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 10870.69\n"
          "node_cpu_seconds_total{cpu=\"0\",mode=\"iowait\"} "
          "2.2\nnode_cpu_seconds_total{cpu=\"0\",mode=\"irq\"} 0.01\n"
          "node_cpu_seconds_total{cpu=\"0\",mode=\"softirq\"} "
          "34.1\nnode_cpu_seconds_total{cpu=\"0\",mode=\"steal\"} 0.04\n");
  }

  TEST_CASE("a counter that falls keeps its value until idle falls by three seconds") {
    Host host;
    host.options.cpu.guest = false;
    host.write("proc/stat", "cpu0 100 0 0 1000 500\n");
    host.make(make_cpu);
    host.scrape();
    host.write("proc/stat", "cpu0 200 0 0 990 400\n");
    std::string samples = host.scrape();
    CHECK(samples.find("mode=\"user\"} 2\n") != std::string::npos);
    CHECK(samples.find("mode=\"idle\"} 10\n") != std::string::npos);
    CHECK(samples.find("mode=\"iowait\"} 5\n") != std::string::npos);
    host.write("proc/stat", "cpu0 10 0 0 700 40\n");
    samples = host.scrape();
    CHECK(samples.find("mode=\"user\"} 0.1\n") != std::string::npos);
    CHECK(samples.find("mode=\"idle\"} 7\n") != std::string::npos);
  }

  TEST_CASE("CPUs that go offline are dropped and come back where they were") {
    Host host;
    host.options.cpu.guest = false;
    host.write("proc/stat", "cpu0 1\ncpu1 2\ncpu2 3\n");
    host.make(make_cpu);
    CHECK(host.scrape().find("cpu=\"1\",mode=\"user\"} 0.02") != std::string::npos);
    host.write("proc/stat", "cpu0 1\ncpu2 4\n");
    const std::string without = host.scrape();
    CHECK(without.find("cpu=\"1\"") == std::string::npos);
    CHECK(without.find("cpu=\"2\",mode=\"user\"} 0.04") != std::string::npos);
    host.write("proc/stat", "cpu0 1\ncpu1 5\ncpu2 4\n");
    CHECK(host.scrape().find("cpu=\"1\",mode=\"user\"} 0.05") != std::string::npos);
  }

  TEST_CASE("throttles count once per core and package and isolated CPUs are listed") {
    Host host;
    host.options.cpu.guest = false;
    host.write("proc/stat", "cpu0 1\n");
    host.write("sys/devices/system/cpu/isolated", "1,3-4\n");
    for (const std::string cpu : {"cpu0", "cpu1"}) {
      const std::string folder = "sys/devices/system/cpu/" + cpu;
      host.write(folder + "/topology/physical_package_id", "0\n");
      host.write(folder + "/topology/core_id", "7\n");
      host.write(folder + "/thermal_throttle/core_throttle_count", cpu == "cpu0" ? "5\n" : "6\n");
      host.write(folder + "/thermal_throttle/package_throttle_count", "30\n");
      host.write(folder + "/online", cpu == "cpu0" ? "1\n" : "0\n");
    }
    const std::string samples = host.scrape(make_cpu);
    CHECK(
        samples.find(
            "node_cpu_core_throttles_total{core=\"7\",package=\"0\"} 5\n"
            "node_cpu_isolated{cpu=\"1\"} 1\nnode_cpu_isolated{cpu=\"3\"} 1\nnode_cpu_isolated{cpu=\"4\"} 1\n"
            "node_cpu_online{cpu=\"0\"} 1\nnode_cpu_online{cpu=\"1\"} 0\n"
            "node_cpu_package_throttles_total{package=\"0\"} 30\n") == 0);
  }

  TEST_CASE("flags and bugs of the first CPU are shown where their patterns ask for them") {
    Host host;
    host.options.cpu.info_flags_include = "^a";
    host.write("proc/stat", "cpu0 1\n");
    host.write("proc/cpuinfo",
               "processor\t: 0\nvendor_id\t: V\ncpu MHz\t: 800\nflags\t\t: fpu aes avx\nbugs\t: "
               "mds\n\nprocessor\t: 1\n");
    const std::string samples = host.scrape(make_cpu);
    CHECK(samples.find("node_cpu_flag_info{flag=\"aes\"} 1\nnode_cpu_flag_info{flag=\"avx\"} 1\n") !=
          std::string::npos);
    CHECK(samples.find("node_cpu_bug_info") == std::string::npos);
    CHECK(samples.find("vendor=\"V\"} 1\n") != std::string::npos);
  }

  TEST_CASE("words in place of times are corrupt") {
    Host host;
    for (const char* content : {"cpu0\n", "cpu0 x\n", "cpux 1\n"}) {
      CAPTURE(content);
      host.write("proc/stat", content);
      CHECK(host.scrape(make_cpu).empty());
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
    CHECK(host.count_errors_of_cuts(make_cpu, "proc/stat", "cpu0 1 2 3\ncpu1 4 5 6\n") > 2);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
