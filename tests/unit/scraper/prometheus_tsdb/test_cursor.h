#pragma once
// What a cursor gives, as a map.

#include <doctest/doctest.h>

#include <map>
#include <vector>

#include "scraper/prometheus_tsdb/series_cursor.h"
#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {

using SeriesMap = std::map<Labels, std::vector<Sample>>;

// Series without samples left out; the order of the labels is checked.
inline SeriesMap read_cursor(SeriesCursor& cursor) {
  SeriesMap out;
  Labels before;
  for (;;) {
    const auto more = cursor.next();
    REQUIRE_MESSAGE(more.ok(), more.error().message());
    if (!*more) return out;
    CHECK(before < cursor.labels());
    before = cursor.labels();
    std::vector<Sample> samples;
    const auto read = cursor.read(samples);
    REQUIRE_MESSAGE(read.ok(), read.error().message());
    if (!samples.empty()) out[before] = std::move(samples);
  }
}

}  // namespace sonde::prometheus_tsdb
