#include <memory>
#include <utility>

#include "common/exporter/frame.h"
#include "exporters/pushgateway/gateway.h"
#include "exporters/pushgateway/options.h"

int main(int argc, char** argv) {
  sonde::pushgateway::Options options;
  sonde::pushgateway::Gateway* gateway = nullptr;  // Lives as long as the frame serves.
  const sonde::exporter::Flags* flags = nullptr;   // So do these.

  sonde::exporter::Application application;
  application.program = "sonde-pushgateway";
  application.title = "Pushgateway";
  application.description = "Takes metrics that short-lived jobs push and keeps them to be scraped.";
  application.build_info_name = "pushgateway_build_info";
  application.default_listen_address = ":9091";
  application.add_flags = [&](sonde::exporter::Flags& all) {
    add_flags(all, options);
    flags = &all;
  };
  application.adjust_server = [&](sonde::http::ServerOptions& server) { return finish(options, server); };
  application.start = [&](sonde::exporter::Context& context) -> sonde::Result<std::shared_ptr<void>> {
    auto made = std::make_shared<sonde::pushgateway::Gateway>(context, *flags, options);
    if (auto started = made->start(); !started) return started.error();
    gateway = made.get();
    return std::shared_ptr<void>(std::move(made));
  };
  application.scrape = [&](const sonde::http::Request& request, int64_t,
                           std::function<void(sonde::http::Response)> done) {
    done(gateway->scrape(request));
  };
  application.complete_page = [&](std::string& page) { gateway->complete_page(page); };
  return sonde::exporter::run(std::move(application), argc, argv);
}
