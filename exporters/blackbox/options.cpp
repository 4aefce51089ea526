#include "exporters/blackbox/options.h"

namespace sonde::blackbox {

void add_flags(exporter::Flags& flags, Options& options) {
  flags.text("config.file", options.config_file, "Blackbox exporter configuration file.");
  flags.boolean("config.check", options.config_check, "If true validate the config file and then exit.");
  flags.number("timeout-offset", options.timeout_offset_seconds,
               "Offset to subtract from timeout in seconds.");
  flags.integer("history.limit", options.history_limit,
                "The maximum amount of items to keep in the history.");
  flags.text("log.prober", options.log_prober,
             "Log level for the probes' own lines: debug, info, warn or error.");
}

}  // namespace sonde::blackbox
