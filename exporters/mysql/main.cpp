#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "common/exporter/frame.h"
#include "exporters/mysql/mysqld_exporter.h"
#include "exporters/mysql/options.h"

int main(int argc, char** argv) {
  sonde::mysql::Options options;
  sonde::mysql::MysqldExporter* exporter = nullptr;  // Lives as long as the frame serves.

  sonde::exporter::Application application;
  application.program = "sonde-mysqld-exporter";
  application.title = "MySQLd Exporter";
  application.description = "Exports metrics of MySQL and MariaDB servers.";
  application.build_info_name = "mysqld_exporter_build_info";
  application.default_listen_address = ":9104";
  application.timeout_offset = std::chrono::milliseconds(250);
  application.add_flags = [&](sonde::exporter::Flags& flags) { add_flags(flags, options); };
  application.start = [&](sonde::exporter::Context& context) -> sonde::Result<std::shared_ptr<void>> {
    auto made = std::make_shared<sonde::mysql::MysqldExporter>(context, options);
    if (auto started = made->start(); !started) return started.error();
    exporter = made.get();
    return std::shared_ptr<void>(std::move(made));
  };
  application.scrape = [&](const sonde::http::Request& request, int64_t deadline_monotonic_ns,
                           std::function<void(sonde::http::Response)> done) {
    exporter->scrape(request, deadline_monotonic_ns, std::move(done));
  };
  application.reload = [&] { return exporter->reload(); };
  return sonde::exporter::run(std::move(application), argc, argv);
}
