#include "scraper/scrape/memo_builder.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/scrape/memo_target.h"

namespace config = sonde::config;
namespace exposition = sonde::exposition;
namespace scrape = sonde::scrape;
using sonde::Labels;
using sonde::testing::Parsed;
using sonde::testing::RecordingSink;
using Target = sonde::testing::MemoTarget;

TEST_SUITE("scrape/memo_builder") {
  TEST_CASE("equal targets share one memo and one shape whatever their labels") {
    RecordingSink sink;
    scrape::MemoTable table;
    const std::string body = "a{instance=\"x\"} 1\nb 2\n";
    Target one{.sink = sink, .table = table, .rules = {}};
    Target two{
        .sink = sink, .table = table, .rules = {}, .labels = Labels{{"job", "j"}, {"instance", "other"}}};
    Target three{.sink = sink,
                 .table = table,
                 .rules = {},
                 .labels = Labels{{"job", "j"}, {"exported_instance", "y"}}};
    one.read(body);
    two.read(body);
    CHECK(one.memo == two.memo);
    CHECK(one.read(body)->contains("a{exported_instance=\"x\"}"));
    three.read(body);  // Other label names collide, so the columns are others.
    CHECK(three.memo != one.memo);
    CHECK(three.read(body)->contains("a{instance=\"x\"}"));
    CHECK(table.size() == 2);
  }

  TEST_CASE("rules that look at a target's label are not shared between its values") {
    const auto rule = [](config::RelabelSpec spec) {
      return *config::RelabelRule::make(std::move(spec), config::NameValidation::Utf8);
    };
    RecordingSink sink;
    scrape::MemoTable table;
    scrape::SampleRules rules;
    rules.relabel_rules.push_back(
        rule({.source_labels = {"instance"}, .target_label = "host", .replacement = "h-$1"}));
    Target one{.sink = sink, .table = table, .rules = rules};
    Target two{
        .sink = sink, .table = table, .rules = rules, .labels = Labels{{"job", "j"}, {"instance", "other"}}};
    CHECK(one.read("a 1\n")->contains("a{host=\"h-i\"}"));
    CHECK(two.read("a 1\n")->contains("a{host=\"h-other\"}"));

    scrape::SampleRules by_name;
    by_name.relabel_rules.push_back(
        rule({.source_labels = {"__name__"}, .regex = "b.*", .action = config::RelabelAction::Drop}));
    scrape::MemoTable second;
    Target three{.sink = sink, .table = second, .rules = by_name};
    Target four{.sink = sink, .table = second, .rules = by_name, .labels = two.labels};
    CHECK(three.read("a 1\nb1 2\n")->size() == 1);
    CHECK(three.values.scraped == 2);
    CHECK(three.values.kept == 1);
    four.read("a 1\nb1 2\n");
    CHECK(three.memo == four.memo);
  }

  TEST_CASE("what one source pushed is one group of many columns") {
    RecordingSink sink;
    scrape::MemoTable table;
    scrape::SampleRules rules;
    rules.honor_labels = true;
    Target target{.sink = sink, .table = table, .rules = rules};
    target.read(
        "a{job=\"x\",instance=\"\",n=\"1\"} 1\na{job=\"x\",instance=\"\",n=\"2\"} 2\n"
        "a{job=\"y\",instance=\"\",n=\"1\"} 3\nb{job=\"x\",instance=\"\"} 4\n"
        "b{job=\"x\",instance=\"\"} 5 1000\nb{job=\"x\",n=\"1\",instance=\"\"} 6 1000\nc 7\n");
    const auto& strays = target.memo->strays;
    REQUIRE(strays.size() == 4);
    CHECK(strays[0].own == Labels{{"job", "x"}});
    CHECK(strays[0].removed == std::vector<std::string>{"instance", "job"});
    CHECK(strays[0].columns == std::vector<Labels>{Labels{{"__name__", "a"}, {"n", "1"}},
                                                   Labels{{"__name__", "a"}, {"n", "2"}},
                                                   Labels{{"__name__", "b"}}});
    CHECK(strays[1].own == Labels{{"job", "y"}});
    CHECK(strays[1].slot_begin == 3);
    // Series with times of their own share a row only where it is the same thing that they tell of.
    CHECK(strays[2].stamped);
    CHECK(strays[2].columns.size() == 1);
    CHECK(strays[3].own == Labels{{"job", "x"}, {"n", "1"}});
    CHECK(target.memo->column_count == 1);
  }

  TEST_CASE("a bad line is told with the number of lines seen") {
    RecordingSink sink;
    scrape::MemoTable table;
    const scrape::SampleRules rules;
    const Labels target{{"job", "j"}};
    const auto built = scrape::build_memo({.rules = rules, .target = target, .table = table, .sink = sink},
                                          "a 1\nb 2\nc{ 3\n", exposition::Dialect::Text);
    CHECK(built.memo == nullptr);
    REQUIRE(built.error.has_value());
    CHECK(built.lines_seen == 2);
  }

  TEST_CASE("no body has the reports alone") {
    RecordingSink sink;
    scrape::MemoTable table;
    const scrape::SampleRules rules;
    const Labels target{{"job", "j"}};
    const auto memo = scrape::empty_memo(
        {.rules = rules, .target = target, .table = table, .sink = sink, .report_count = 8});
    CHECK(memo->row_size == 8);
    CHECK(sink.columns_of(memo->shape)[7].metric_name() == "scrape_body_size_bytes");
  }
}
