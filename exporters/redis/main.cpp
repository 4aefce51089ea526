#include <memory>

#include "common/exporter/frame.h"
#include "common/exporter/target_pool.h"
#include "exporters/redis/options.h"
#include "exporters/redis/redis_exporter.h"
#include "exporters/redis/web_options.h"

int main(int argc, char** argv) {
  sonde::redis::Options options;
  sonde::redis::WebOptions web_options;
  sonde::exporter::Application application{
      .program = "sonde-redis-exporter",
      .title = "Redis Exporter",
      .description = "Exports metrics of Redis and Valkey servers.",
      .build_info_name = "redis_exporter_build_info",
      .default_listen_address = ":9121",
      .add_flags =
          [&](auto& flags) {
            add_flags(flags, options);
            add_web_flags(flags, web_options);
          },
      .adjust_web =
          [&](auto& web) {
            take_environment(options);
            return adjust_web(web_options, web);
          },
      .web_config = [&] { return make_web_config(web_options); },
      .listen_address_environment = "REDIS_EXPORTER_WEB_LISTEN_ADDRESS",
      .telemetry_path_environment = "REDIS_EXPORTER_WEB_TELEMETRY_PATH",
      .make = [&](auto& context) { return std::make_unique<sonde::redis::RedisExporter>(context, options); },
      .workers = sonde::exporter::kTargetWorkers,
  };
  return sonde::exporter::run(application, argc, argv);
}
