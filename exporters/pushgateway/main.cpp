#include <chrono>
#include <memory>

#include "common/exporter/frame.h"
#include "exporters/pushgateway/gateway.h"
#include "exporters/pushgateway/options.h"

int main(int argc, char** argv) {
  sonde::pushgateway::Options options;
  const sonde::exporter::Flags* flags = nullptr;  // Live as long as the frame serves.

  sonde::exporter::Application application{
      .program = "sonde-pushgateway",
      .title = "Pushgateway",
      .description = "Takes metrics that short-lived jobs push and keeps them to be scraped.",
      .build_info_name = "pushgateway_build_info",
      .default_listen_address = ":9091",
      .add_flags =
          [&](auto& all) {
            add_flags(all, options);
            flags = &all;
          },
      .adjust_server = [&](auto& server) { return finish(options, server); },
      .make =
          [&](auto& context) {
            return std::make_unique<sonde::pushgateway::Gateway>(context, *flags, options);
          },
      .stop_grace = std::chrono::seconds(3),  // A push that has begun is worth waiting for.
  };
  return sonde::exporter::run(application, argc, argv);
}
