#include <doctest/doctest.h>

#include <array>

#include "exporters/node/node_exporter.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/node_exporter") {
  TEST_CASE("the application has the original's address and knows its flags") {
    Options options;
    const exporter::Application application = make_application(options);
    CHECK(application.default_listen_address == ":9100");
    CHECK(application.build_info_name == "node_exporter_build_info");
    CHECK(application.has_max_requests);
    exporter::Flags flags("sonde-node-exporter", "test");
    application.add_flags(flags);
    const std::array arguments{"sonde-node-exporter",
                               "--collector.disable-defaults",
                               "--collector.cpu",
                               "--no-collector.zfs",
                               "--path.procfs=/host/proc",
                               "--collector.diskstats.ignored-devices=^x$",
                               "--collector.filesystem.mount-timeout=2s",
                               "--collector.textfile.directory=/a",
                               "--collector.textfile.directory",
                               "/b",
                               "--runtime.gomaxprocs=2",
                               "--no-collector.netdev.netlink"};
    const auto outcome = flags.parse(static_cast<int>(arguments.size()), arguments.data());
    CHECK_MESSAGE(outcome.run, outcome.text);
  }

  TEST_CASE("a flag that nobody knows is refused") {
    Options options;
    const exporter::Application application = make_application(options);
    exporter::Flags flags("sonde-node-exporter", "test");
    application.add_flags(flags);
    const std::array arguments{"sonde-node-exporter", "--collector.nosuch"};
    const auto outcome = flags.parse(static_cast<int>(arguments.size()), arguments.data());
    CHECK_FALSE(outcome.run);
    CHECK(outcome.exit_code == 1);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
