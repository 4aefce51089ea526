#include "scraper/ctl/text_table.h"

#include <doctest/doctest.h>

TEST_SUITE("ctl/text_table") {
  TEST_CASE("columns are as wide as their widest cell and lines end where they end") {
    CHECK(sonde::ctl::text_table({{"A", "LONG", "C"}, {"wide", "x", "y"}}) ==
          "A     LONG  C\n"
          "wide  x     y\n");
    CHECK(sonde::ctl::text_table({}).empty());
  }
}
