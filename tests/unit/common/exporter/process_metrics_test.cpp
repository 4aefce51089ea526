#include "common/exporter/process_metrics.h"

#include <doctest/doctest.h>

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

}  // TEST_SUITE
