#include <cstdio>
#include <memory>
#include <optional>

#include "common/exporter/frame.h"
#include "common/exporter/target_pool.h"
#include "exporters/blackbox/blackbox_exporter.h"
#include "exporters/blackbox/config_files.h"
#include "exporters/blackbox/options.h"

namespace {

// --config.check: the process's exit code, or nothing when it was not asked for.
std::optional<int> check_config(const sonde::blackbox::Options& options) {
  if (!options.config_check) return std::nullopt;
  const auto config = sonde::blackbox::load_config(sonde::blackbox::config_paths(options));
  if (!config) std::fprintf(stderr, "%s\n", config.error().message().c_str());
  return config ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  sonde::blackbox::Options options;
  sonde::exporter::Application application{
      .program = "sonde-blackbox-exporter",
      .title = "Blackbox Exporter",
      .description = "Probes URLs, hosts and ports and says whether they are up, and why not.",
      .build_info_name = "blackbox_exporter_build_info",
      .default_listen_address = ":9115",
      .add_flags = [&](auto& flags) { add_flags(flags, options); },
      .before_serving = [&] { return check_config(options); },
      .make =
          [&](auto& context) {
            return std::make_unique<sonde::blackbox::BlackboxExporter>(context, options);
          },
      .links = {{"probe?target=prometheus.io&module=http_2xx", "Probe prometheus.io for http_2xx"},
                {"probe?target=prometheus.io&module=http_2xx&debug=true",
                 "Debug probe prometheus.io for http_2xx"},
                {"config", "Configuration"}},
      .workers = sonde::exporter::kTargetWorkers,  // for names that the C library looks up
      .has_telemetry_path = false,
      .connections_max = 4096,  // A probe holds its connection until it is over.
      .has_route_prefix = true,
  };
  return sonde::exporter::run(application, argc, argv);
}
