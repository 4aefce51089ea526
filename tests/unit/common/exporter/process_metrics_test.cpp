#include "common/exporter/process_metrics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>

TEST_SUITE("exporter/process_metrics") {
  TEST_CASE("the nine families of a process are there with one sample each") {
    sonde::exporter::ProcessCollector collector;
    sonde::exporter::MetricSink sink;
    for (int i = 0; i < 2; ++i) {
      sink.clear();
      REQUIRE(collector.collect(sink));
      std::set<std::string> names;
      for (const auto& family : sink.families()) {
        if (family.sample_count == 1) names.emplace(family.desc->name);
      }
      CHECK(names == std::set<std::string>{
                         "process_cpu_seconds_total", "process_max_fds",
                         "process_network_receive_bytes_total", "process_network_transmit_bytes_total",
                         "process_open_fds", "process_resident_memory_bytes", "process_start_time_seconds",
                         "process_virtual_memory_bytes", "process_virtual_memory_max_bytes"});
    }
  }

  TEST_CASE("without a file of the system the time of the start comes from the clocks") {
    const double told = sonde::exporter::boot_time_seconds();
    CHECK(told > 1e9);
    CHECK(std::abs(sonde::exporter::boot_time_seconds("/nonexistent") - told) < 3);
    CHECK(std::abs(sonde::exporter::boot_time_seconds("/dev/null") - told) < 3);
  }

}  // TEST_SUITE
