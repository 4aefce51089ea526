// sonde-scraper: options, configuration, server, exit code (2: bad flags or configuration, 1: anything
// later).

#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/signals.h"
#include "scraper/options.h"
#include "scraper/server.h"

namespace sonde::scraper {
namespace {

constexpr int kBadConfigurationExitCode = 2;
constexpr int kFailureExitCode = 1;

int fail(Logger& logger, std::string_view message, const Error& error, int exit_code) {
  logger.error(message, {{"err", error.message()}});
  return exit_code;
}

int run(Options options, const Clock& clock, Logger& logger) {
  auto configuration = load_configuration(options, logger);
  if (!configuration) {
    return fail(logger, "cannot load the configuration (--config.file)", configuration.error(),
                kBadConfigurationExitCode);
  }
  auto signals = SignalDescriptor::open();
  if (!signals) return fail(logger, "cannot start", signals.error(), kFailureExitCode);
  auto server =
      Server::make(std::move(options), *std::move(configuration), *std::move(signals), clock, logger);
  if (!server) return fail(logger, "cannot start", server.error(), kFailureExitCode);
  if (auto status = (*server)->run(); !status) {
    return fail(logger, "cannot stop cleanly", status.error(), kFailureExitCode);
  }
  logger.info("stopped");
  return 0;
}

}  // namespace
}  // namespace sonde::scraper

int main(int argc, char** argv) {
  sonde::scraper::Options options;
  const auto outcome = sonde::scraper::parse_options(argc, argv, options);
  if (!outcome.run) {
    std::fputs(outcome.text.c_str(), outcome.exit_code == 0 ? stdout : stderr);
    return outcome.exit_code;
  }
  const sonde::SystemClock clock;
  sonde::Logger logger(clock, STDERR_FILENO);
  logger.set(*sonde::parse_log_level(options.log_level), *sonde::parse_log_format(options.log_format));
  return sonde::scraper::run(std::move(options), clock, logger);
}
