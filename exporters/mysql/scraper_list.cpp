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
};
static_assert(std::ranges::is_sorted(kScrapers, {}, &Scraper::name));

}  // namespace

std::span<const Scraper> scrapers() {
  return kScrapers;
}

Version parse_version(std::string_view text) {
  Version version;
  const auto [dot, error] = std::from_chars(text.data(), text.data() + text.size(), version.major);
  if (error != std::errc{} || dot == text.data() + text.size() || *dot != '.') return version;
  std::from_chars(dot + 1, text.data() + text.size(), version.minor);
  return version;
}

}  // namespace sonde::mysql
