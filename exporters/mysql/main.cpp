#include <chrono>
#include <memory>

#include "common/exporter/frame.h"
#include "common/exporter/target_pool.h"
#include "exporters/mysql/mysqld_exporter.h"
#include "exporters/mysql/options.h"

int main(int argc, char** argv) {
  sonde::mysql::Options options;
  sonde::exporter::Application application{
      .program = "sonde-mysqld-exporter",
      .title = "MySQLd Exporter",
      .description = "Exports metrics of MySQL and MariaDB servers.",
      .build_info_name = "mysqld_exporter_build_info",
      .default_listen_address = ":9104",
      .add_flags = [&](auto& flags) { add_flags(flags, options); },
      .make = [&](auto& context) { return std::make_unique<sonde::mysql::MysqldExporter>(context, options); },
      .workers = sonde::exporter::kTargetWorkers,
      .timeout_offset = std::chrono::milliseconds(250),
  };
  return sonde::exporter::run(application, argc, argv);
}
