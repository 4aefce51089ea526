#include <chrono>
#include <memory>
#include <utility>

#include "common/exporter/frame.h"
#include "exporters/redis/options.h"
#include "exporters/redis/redis_exporter.h"

int main(int argc, char** argv) {
  sonde::redis::Options options;
  std::shared_ptr<sonde::redis::RedisExporter> exporter;

  sonde::exporter::Application application;
  application.program = "sonde-redis-exporter";
  application.title = "Redis Exporter";
  application.description = "Exports metrics of Redis and Valkey servers.";
  application.build_info_name = "redis_exporter_build_info";
  application.default_listen_address = ":9121";
  application.add_flags = [&](sonde::exporter::Flags& flags) { add_flags(flags, options); };
  application.start = [&](sonde::exporter::Context& context) -> sonde::Result<std::shared_ptr<void>> {
    exporter = std::make_shared<sonde::redis::RedisExporter>(context, options);
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
