#pragma once
// The configuration as YAML with every default filled in and every secret as `<secret>`: what
// /api/v1/status/config and the log show. In the reference's order of keys; what is imported from
// scrape_config_files is left out, as there.

#include <string>

#include "scraper/config/config.h"

namespace sonde::config {

std::string write_config(const Config& config);

// One job, in the same form.
std::string write_scrape_config(const ScrapeConfig& config);

}  // namespace sonde::config
