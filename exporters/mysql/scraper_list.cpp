#include <algorithm>
#include <array>
#include <charconv>

#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

// Sorted by name; a new scraper is a row here and a file in collectors/.
constexpr std::array kScrapers{
    Scraper{.name = "global_status",
            .help = "Collect from SHOW GLOBAL STATUS",
            .enabled_by_default = true,
            .min_version = {5, 1},
            .scrape = scrape_global_status},
    Scraper{.name = "global_variables",
            .help = "Collect from SHOW GLOBAL VARIABLES",
            .enabled_by_default = true,
            .min_version = {5, 1},
            .scrape = scrape_global_variables},
    Scraper{.name = "info_schema.innodb_cmp",
            .help = "Collect metrics from information_schema.innodb_cmp",
            .enabled_by_default = true,
            .min_version = {5, 5},
            .scrape = scrape_innodb_cmp},
    Scraper{.name = "info_schema.innodb_cmpmem",
            .help = "Collect metrics from information_schema.innodb_cmpmem",
            .enabled_by_default = true,
            .min_version = {5, 5},
            .scrape = scrape_innodb_cmpmem},
    Scraper{.name = "info_schema.query_response_time",
            .help = "Collect query response time distribution if query_response_time_stats is ON.",
            .enabled_by_default = true,
            .min_version = {5, 5},
            .scrape = scrape_query_response_time},
    Scraper{.name = "slave_status",
            .help = "Collect from SHOW SLAVE STATUS",
            .enabled_by_default = true,
            .min_version = {5, 1},
            .scrape = scrape_slave_status},
};
static_assert(std::ranges::is_sorted(kScrapers, {}, &Scraper::name));

}  // namespace

std::span<const Scraper> scrapers() {
  return kScrapers;
}

Version parse_version(std::string_view text) {
  Version version;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (unsigned* part : {&version.major, &version.minor, &version.patch}) {
    const auto [stop, error] = std::from_chars(at, end, *part);
    if (error != std::errc{} || stop == end || *stop != '.') break;
    at = stop + 1;
  }
  return version;
}

}  // namespace sonde::mysql
