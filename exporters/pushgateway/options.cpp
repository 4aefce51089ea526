#include "exporters/pushgateway/options.h"

namespace sonde::pushgateway {

void add_flags(exporter::Flags& flags, Options& options) {
  flags.boolean("web.enable-lifecycle", options.enable_lifecycle, "Enable shutdown via HTTP request.");
  flags.boolean("web.enable-admin-api", options.enable_admin_api,
                "Enable API endpoints for admin control actions.");
  flags.text("persistence.file", options.persistence_file,
             "File to persist metrics. If empty, metrics are only kept in memory.", {.placeholder = "FILE"});
  flags.go_duration("persistence.interval", options.persistence_interval,
                    "The minimum interval at which to write out the persistence file.");
  flags.boolean("push.disable-consistency-check", options.disable_consistency_check,
                "Do not check consistency of pushed metrics. DANGEROUS.");
  flags.boolean("push.enable-utf8-names", options.enable_utf8_names,
                "Allow UTF-8 metric and label names in pushed metrics and URL labels.");
}

}  // namespace sonde::pushgateway
