#include "scraper/prometheus_tsdb/series_table.h"

#include <doctest/doctest.h>

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/series_table") {
  TEST_CASE("equal label sets are one series and others are ordered as labels are") {
    using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;
    const std::vector<Pairs> sets{{{"__name__", "b"}},
                                  {{"__name__", "a"}, {"x", "1"}},
                                  {{"__name__", "a"}},
                                  {{"__name__", "a"}, {"x", "\xc3\xa9"}},
                                  {{"__name__", "a"}, {"a", "z"}, {"x", "1"}},
                                  {}};
    SeriesTable table;
    for (size_t i = 0; i < sets.size(); ++i) CHECK(table.intern(sets[i]) == i);
    for (size_t i = 0; i < sets.size(); ++i) CHECK(table.intern(sets[i]) == i);
    CHECK(table.size() == sets.size());
    CHECK(table.labels(1) == Labels{{"__name__", "a"}, {"x", "1"}});
    for (uint32_t a = 0; a < sets.size(); ++a) {
      for (uint32_t b = 0; b < sets.size(); ++b)
        CHECK(table.is_before(a, b) == (table.labels(a) < table.labels(b)));
    }
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
