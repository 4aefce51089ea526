#include "scraper/scrape/sample_rules.h"

#include <doctest/doctest.h>

namespace config = sonde::config;
namespace scrape = sonde::scrape;
using sonde::Labels;

namespace {

const Labels kTarget{{"job", "j"}, {"instance", "i"}};

config::RelabelRule rule(config::RelabelSpec spec) {
  return *config::RelabelRule::make(std::move(spec), config::NameValidation::Utf8);
}

Labels scraped(std::initializer_list<sonde::Label> labels) {
  Labels out(labels);
  out.set("__name__", "a");
  return out;
}

}  // namespace

TEST_SUITE("scrape/sample_rules") {
  TEST_CASE("a colliding label moves away by as many prefixes as it takes") {
    const scrape::SampleRules rules;
    auto series =
        scrape::apply_rules(rules, kTarget, "", scraped({{"job", "x"}, {"exported_job", "y"}, {"z", "1"}}));
    REQUIRE(series);
    CHECK(series->own == scraped({{"exported_exported_job", "x"}, {"exported_job", "y"}, {"z", "1"}}));
    CHECK(series->removed.empty());
  }

  TEST_CASE("honored labels take the place of the target's and empty ones remove them") {
    const scrape::SampleRules rules{.honor_labels = true, .limits = {}, .relabel_rules = {}};
    auto series =
        scrape::apply_rules(rules, kTarget, R"(a{job="x", instance = "" })", scraped({{"job", "x"}}));
    REQUIRE(series);
    CHECK(series->own == scraped({{"job", "x"}}));
    CHECK(series->removed == std::vector<std::string>{"instance", "job"});
    // The name inside a value is no label.
    series = scrape::apply_rules(rules, kTarget, R"(a{b="{job=",c="",exported_job=""})",
                                 scraped({{"b", "{job="}}));
    CHECK(series->removed.empty());
  }

  TEST_CASE("relabeling sees the target's labels and may take them away") {
    scrape::SampleRules rules;
    rules.relabel_rules = {rule({.source_labels = {"instance", "b"}, .target_label = "c"}),
                           rule({.regex = "instance", .action = config::RelabelAction::LabelDrop})};
    auto series = scrape::apply_rules(rules, kTarget, "", scraped({{"b", "2"}}));
    REQUIRE(series);
    CHECK(series->own == scraped({{"b", "2"}, {"c", "i;2"}}));
    CHECK(series->removed == std::vector<std::string>{"instance"});
    rules.relabel_rules = {
        rule({.source_labels = {"b"}, .regex = "2", .action = config::RelabelAction::Drop})};
    CHECK(scrape::apply_rules(rules, kTarget, "", scraped({{"b", "2"}}))->dropped);
    rules.relabel_rules = {rule({.regex = "__name__", .action = config::RelabelAction::LabelDrop})};
    CHECK_FALSE(scrape::apply_rules(rules, kTarget, "", scraped({})));
  }

  TEST_CASE("legacy validation refuses other names") {
    scrape::SampleRules rules;
    CHECK(scrape::apply_rules(rules, kTarget, "", scraped({{"x.y", "1"}})));
    rules.name_validation = config::NameValidation::Legacy;
    CHECK_FALSE(scrape::apply_rules(rules, kTarget, "", scraped({{"x.y", "1"}})));
  }

  TEST_CASE("only rules about the target's labels depend on their values") {
    scrape::SampleRules rules;
    CHECK_FALSE(scrape::depends_on_values(rules, kTarget));
    const auto depends = [&](config::RelabelSpec spec) {
      rules.relabel_rules = {rule(std::move(spec))};
      return scrape::depends_on_values(rules, kTarget);
    };
    CHECK_FALSE(depends({.source_labels = {"__name__"}, .action = config::RelabelAction::Drop}));
    CHECK_FALSE(depends({.source_labels = {"a"}, .target_label = "b"}));
    CHECK_FALSE(depends({.regex = "job", .action = config::RelabelAction::LabelDrop}));
    CHECK(depends({.source_labels = {"job"}, .target_label = "b"}));
    CHECK(depends({.source_labels = {"a"}, .target_label = "job"}));
    CHECK(depends({.source_labels = {"a"}, .target_label = "${1}x"}));
    CHECK(depends({.regex = "(.*)", .action = config::RelabelAction::LabelMap}));
    rules.relabel_rules.clear();
    rules.limits.label_value_bytes = 1;
    CHECK(scrape::depends_on_values(rules, kTarget));
  }
}
