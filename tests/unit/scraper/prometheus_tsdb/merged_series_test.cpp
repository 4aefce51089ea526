#include "scraper/prometheus_tsdb/merged_series.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/test_cursor.h"

namespace sonde::prometheus_tsdb {
namespace {

class MapCursor final : public SeriesCursor {
 public:
  explicit MapCursor(SeriesMap series) : series_(std::move(series)) {}
  Result<bool> next() override {
    at_ = is_begun_ ? std::next(at_) : series_.begin();
    is_begun_ = true;
    return at_ != series_.end();
  }
  const Labels& labels() const override { return at_->first; }
  Status read(std::vector<Sample>& out) override {
    out.insert(out.end(), at_->second.begin(), at_->second.end());
    return Ok{};
  }

 private:
  SeriesMap series_;
  SeriesMap::iterator at_;
  bool is_begun_ = false;
};

SeriesMap merge(const std::vector<SeriesMap>& sources) {
  std::vector<std::unique_ptr<SeriesCursor>> cursors;
  for (const SeriesMap& source : sources) cursors.push_back(std::make_unique<MapCursor>(source));
  MergedSeries merged(std::move(cursors));
  SeriesMap out;
  std::vector<Sample> samples;
  while (*merged.next()) {
    REQUIRE(merged.read(samples));
    CHECK(out.emplace(merged.labels(), samples).second);
  }
  CHECK_FALSE(*merged.next());
  return out;
}

TEST_SUITE("scraper/prometheus_tsdb/merged_series") {
  TEST_CASE("a series of several sources comes once with each time once") {
    const Labels a{{"n", "a"}};
    const Labels b{{"n", "b"}};
    const Labels c{{"n", "c"}};
    CHECK(merge({{{a, {{1, 1}, {3, 3}}}, {c, {{1, 1}}}},
                 {{a, {{2, 2}, {3, 30}, {4, 4}}}, {b, {{5, 5}}}},
                 {},
                 {{b, {{4, 4}, {5, 50}}}, {c, {}}}}) ==
          SeriesMap{{a, {{1, 1}, {2, 2}, {3, 3}, {4, 4}}}, {b, {{4, 4}, {5, 5}}}, {c, {{1, 1}}}});
    CHECK(merge({}).empty());
  }

  TEST_CASE("samples of one source in another order are sorted") {
    const Labels a{{"n", "a"}};
    CHECK(merge({{{a, {{3, 3}, {1, 1}, {3, 9}, {2, 2}}}}}) == SeriesMap{{a, {{1, 1}, {2, 2}, {3, 3}}}});
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
