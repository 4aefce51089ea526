#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "common/exporter/frame.h"
#include "exporters/blackbox/blackbox_exporter.h"
#include "exporters/blackbox/config_files.h"
#include "exporters/blackbox/options.h"

int main(int argc, char** argv) {
  sonde::blackbox::Options options;
  sonde::blackbox::BlackboxExporter* exporter = nullptr;  // Lives as long as the frame serves.

  sonde::exporter::Application application;
  application.program = "sonde-blackbox-exporter";
  application.title = "Blackbox Exporter";
  application.description = "Probes URLs, hosts and ports and says whether they are up, and why not.";
  application.build_info_name = "blackbox_exporter_build_info";
  application.default_listen_address = ":9115";
  application.links = {{"config", "Configuration"}, {"history", "Recent probes"}};
  application.has_telemetry_path = false;
  application.connections_max = 4096;  // A probe holds its connection until it is over.
  application.has_route_prefix = true;
  application.add_flags = [&](sonde::exporter::Flags& flags) { add_flags(flags, options); };
  application.before_serving = [&]() -> std::optional<int> {
    if (!options.config_check) return std::nullopt;
    const auto config = sonde::blackbox::load_config(options.config_file, options.modules_directory);
    if (!config) std::fprintf(stderr, "%s\n", config.error().message().c_str());
    return config ? 0 : 1;
  };
  application.start = [&](sonde::exporter::Context& context) -> sonde::Result<std::shared_ptr<void>> {
    auto made = std::make_shared<sonde::blackbox::BlackboxExporter>(context, options);
    if (auto started = made->start(); !started) return started.error();
    exporter = made.get();
    return std::shared_ptr<void>(std::move(made));
  };
  application.reload = [&] { return exporter->reload(); };
  return sonde::exporter::run(std::move(application), argc, argv);
}
