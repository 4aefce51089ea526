#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "common/exporter/frame.h"
#include "exporters/mysql/mysqld_exporter.h"
#include "exporters/mysql/options.h"

int main(int argc, char** argv) {
  sonde::mysql::Options options;
  std::shared_ptr<sonde::mysql::MysqldExporter> exporter;

  sonde::exporter::Application application;
  application.program = "sonde-mysqld-exporter";
  application.title = "MySQLd Exporter";
  application.description = "Exports metrics of MySQL and MariaDB servers.";
  application.build_info_name = "mysqld_exporter_build_info";
  application.default_listen_address = ":9104";
  application.timeout_offset = std::chrono::milliseconds(250);
  application.add_flags = [&](sonde::exporter::Flags& flags) { add_flags(flags, options); };
  application.start = [&](sonde::exporter::Context& context) -> sonde::Result<std::shared_ptr<void>> {
    exporter = std::make_shared<sonde::mysql::MysqldExporter>(context, options);
    if (auto started = exporter->start(); !started) return started.error();
    return std::shared_ptr<void>(exporter);
  };
  application.scrape = [&](const sonde::http::Request& request, int64_t deadline_monotonic_ns,
                           std::function<void(sonde::http::Response)> done) {
    exporter->scrape(request, deadline_monotonic_ns, std::move(done));
  };
  application.reload = [&] { return exporter->reload(); };
  const int code = sonde::exporter::run(std::move(application), argc, argv);
  exporter.reset();
  return code;
}
