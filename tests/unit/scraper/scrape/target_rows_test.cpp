#include "scraper/scrape/target_rows.h"

#include <doctest/doctest.h>

#include "scraper/scrape/memo_builder.h"
#include "tests/unit/scraper/scrape/recording_sink.h"

namespace scrape = sonde::scrape;
using sonde::Labels;
using sonde::testing::RecordingSink;

namespace {

struct Fixture {
  RecordingSink sink;
  scrape::GroupClaims claims;
  scrape::MemoTable table;
  scrape::SampleRules rules;
  Labels target{{"job", "j"}};
  std::unique_ptr<scrape::TargetRows> rows = make(1);

  std::unique_ptr<scrape::TargetRows> make(uint64_t loop_id) {
    return std::make_unique<scrape::TargetRows>(
        scrape::TargetRows::Context{.sink = sink, .claims = claims, .loop_id = loop_id}, target, false);
  }
  scrape::RowCounts append(const std::string& body, int64_t timestamp_ms) {
    const auto memo = scrape::build_memo({.rules = rules, .target = target, .table = table, .sink = sink},
                                         body, sonde::exposition::Dialect::Text)
                          .memo;
    scrape::BodyValues values;
    scrape::BodyReader reader(body, *memo, {}, values);
    REQUIRE(reader.read() == scrape::BodyFit::Read);
    REQUIRE(rows->open());
    return rows->append(memo, values, {1, 2, 3, 4, 5}, timestamp_ms);
  }
};

}  // namespace

TEST_SUITE("scrape/target_rows") {
  TEST_CASE("reports are columns beside the samples") {
    Fixture fixture;
    fixture.append("a 7\n", 1000);
    CHECK(fixture.sink.last("a{job=\"j\"}") == 7);
    CHECK(fixture.sink.last("up{job=\"j\"}") == 1);
    CHECK(fixture.sink.last("scrape_series_added{job=\"j\"}") == 5);
    CHECK(fixture.sink.rows() == 1);
  }

  TEST_CASE("a row that comes too late is counted in samples") {
    Fixture fixture;
    fixture.append("a 7\n", 1000);
    CHECK(fixture.append("a 8\n", 900).out_of_order == 6);
    CHECK(fixture.append("a 8\n", 1000).duplicate == 6);
  }

  TEST_CASE("a line of old times loses only itself") {
    Fixture fixture;
    fixture.append("a 1\nb{x=\"1\"} 1 900\nb{x=\"2\"} 2 950\n", 1000);
    const auto counts = fixture.append("a 2\nb{x=\"1\"} 3 890\nb{x=\"2\"} 4 960\n", 2000);
    CHECK(counts.out_of_order == 1);
    CHECK(fixture.sink.last("b{job=\"j\",x=\"2\"}") == 4);
    CHECK(fixture.sink.last("b{job=\"j\",x=\"1\"}") == 1);
  }

  TEST_CASE("ten minutes ahead is the most") {
    Fixture fixture;
    CHECK(fixture.append("a 1 601000\nb 1 601001\n", 1000).out_of_bounds == 1);
    CHECK(fixture.sink.last("a{job=\"j\"}") == 1);
    CHECK_FALSE(fixture.sink.last("b{job=\"j\"}"));
  }

  TEST_CASE("the end marks what nobody took over") {
    Fixture fixture;
    fixture.append("a 7\nb 1 900\n", 1000);
    fixture.rows->leave();
    auto next = fixture.make(2);
    REQUIRE(next->open());
    fixture.rows->end(2000);
    CHECK(fixture.sink.last("a{job=\"j\"}") == 7);
    next->end(3000);
    CHECK_FALSE(fixture.sink.last("a{job=\"j\"}"));
    CHECK(fixture.sink.last("b{job=\"j\"}") == 1);  // Its absence means nothing.
  }

  TEST_CASE("a target takes its group back from lines that honored labels led there") {
    Fixture thief;
    thief.rules.honor_labels = true;
    thief.append("a{job=\"victim\"} 1\n", 1000);
    scrape::TargetRows victim({.sink = thief.sink, .claims = thief.claims, .loop_id = 2},
                              Labels{{"job", "victim"}}, false);
    REQUIRE(victim.open());
    const auto memo = scrape::empty_memo({.rules = thief.rules,
                                          .target = Labels{{"job", "victim"}},
                                          .table = thief.table,
                                          .sink = thief.sink});
    scrape::BodyValues values;
    values.start(*memo);
    victim.append(memo, values, {1, 2, 3, 4, 5}, 1500);
    thief.append("a{job=\"victim\"} 2\n", 2000);
    CHECK(thief.sink.last("a{job=\"victim\"}") == 2);
    CHECK(thief.sink.last("up{job=\"victim\"}") == 1);
  }

  TEST_CASE("two targets that deliver the same series write it in turns") {
    Fixture fixture;
    fixture.rules.honor_labels = true;
    fixture.append("a{job=\"x\"} 1\n", 1000);
    auto first = std::exchange(fixture.rows, fixture.make(2));
    fixture.target = Labels{{"job", "k"}};
    fixture.rows = fixture.make(2);
    fixture.append("a{job=\"x\"} 2\n", 1500);
    CHECK(fixture.sink.last("a{job=\"x\"}") == 2);
    first->end(2000);
    fixture.append("a{job=\"x\"} 3\n", 2500);
    CHECK(fixture.sink.last("a{job=\"x\"}") == 3);
    fixture.append("a{job=\"x\",n=\"1\"} 4\na{job=\"x\",n=\"2\"} 5\n", 3000);
    CHECK(fixture.sink.last("a{job=\"x\",n=\"1\"}") == 4);
    CHECK(fixture.sink.last("a{job=\"x\",n=\"2\"}") == 5);
  }

  TEST_CASE("lines with and without the target's own value of a label end in one group without loss") {
    Fixture fixture;
    fixture.target = Labels{{"instance", "i"}, {"job", "j"}};
    fixture.rows = fixture.make(1);
    fixture.rules.honor_labels = true;
    fixture.append("a{job=\"x\"} 1\nb{job=\"x\",instance=\"i\"} 2\nb{job=\"x\",instance=\"i\",n=\"1\"} 3\n",
                   1000);
    CHECK(fixture.sink.last("b{instance=\"i\",job=\"x\",n=\"1\"}") == 3);
    CHECK(fixture.sink.last("a{instance=\"i\",job=\"x\"}") == 1);
    CHECK(fixture.sink.last("b{instance=\"i\",job=\"x\"}") == 2);
  }
}
