#include "exporters/blackbox/options.h"

namespace sonde::blackbox {

ConfigPaths config_paths(const Options& options) {
  return {.file = options.config_file,
          .modules_directory = options.modules_directory,
          .targets_file = options.targets_file};
}

void add_flags(exporter::Flags& flags, Options& options) {
  flags.text("config.file", options.config_file, "Blackbox exporter configuration file.");
  flags.text("config.modules-directory", options.modules_directory,
             "Folder of further configuration files (*.yml), whose modules join those of the main one.");
  flags.text("config.targets-file", options.targets_file,
             "File of headers, bodies, credentials and other keys of modules for single targets.");
  flags.boolean("config.check", options.config_check, "If true validate the config file and then exit.");
  flags.boolean("config.enable-auto-reload", options.auto_reload,
                "Reload the configuration when its files have changed.");
  flags.go_duration("config.auto-reload-interval", options.auto_reload_interval,
                    "How often to look for changed configuration files.");
  flags.number("timeout-offset", options.timeout_offset_seconds,
               "Offset to subtract from timeout in seconds.");
  flags.integer("history.limit", options.history_limit,
                "The maximum amount of items to keep in the history.");
  flags.text("log.prober", options.log_prober,
             "Log level for the probes' own lines: debug, info, warn or error.");
  flags.boolean("probe.failure-info", options.failure_info,
                "Export probe_failure_info{phase,reason} for probes that fail.");
}

}  // namespace sonde::blackbox
