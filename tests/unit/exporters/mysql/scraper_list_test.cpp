#include <doctest/doctest.h>

#include <algorithm>

#include "exporters/mysql/scraper.h"

namespace sonde::mysql {

TEST_SUITE("mysql/scraper_list") {
  TEST_CASE("a version is its first three numbers") {
    CHECK(parse_version("10.11.6-MariaDB-log") == Version{10, 11, 6});
    CHECK(parse_version("8.0.36") == Version{8, 0, 36});
    CHECK(parse_version("9.1") == Version{9, 1, 0});
    CHECK(parse_version("5.x") == Version{5, 0, 0});
    CHECK(parse_version("") == Version{});
    CHECK(parse_version("nonsense") == Version{});
    CHECK(parse_version("5.10") > parse_version("5.9"));
    CHECK(Version{8, 10} > Version{8, 4, 9});
    CHECK(Version{8, 0, 27} < Version{8, 0, 28});
  }

  TEST_CASE("every scraper has a name and a help and a function") {
    for (const Scraper& scraper : scrapers()) {
      CAPTURE(scraper.name);
      CHECK_FALSE(scraper.name.empty());
      CHECK_FALSE(scraper.help.empty());
      const bool has_function = scraper.scrape != nullptr;
      CHECK(has_function);
      CHECK(scraper.min_version >= Version{5, 1});
    }
  }
}

}  // namespace sonde::mysql
