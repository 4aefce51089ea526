#include <chrono>
#include <memory>
#include <utility>

#include "common/exporter/frame.h"
#include "exporters/redis/options.h"
#include "exporters/redis/redis_exporter.h"

int main(int argc, char** argv) {
  sonde::redis::Options options;
  sonde::redis::RedisExporter* exporter = nullptr;  // Lives as long as the frame serves.

  sonde::exporter::Application application;
  application.program = "sonde-redis-exporter";
  application.title = "Redis Exporter";
  application.description = "Exports metrics of Redis and Valkey servers.";
  application.build_info_name = "redis_exporter_build_info";
  application.default_listen_address = ":9121";
  application.add_flags = [&](sonde::exporter::Flags& flags) { add_flags(flags, options); };
  application.start = [&](sonde::exporter::Context& context) -> sonde::Result<std::shared_ptr<void>> {
    auto made = std::make_shared<sonde::redis::RedisExporter>(context, options);
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
