#include "scraper/scrape/memo.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <random>

#include "tests/unit/scraper/scrape/memo_target.h"

namespace config = sonde::config;
namespace exposition = sonde::exposition;
namespace scrape = sonde::scrape;
using sonde::Labels;
using sonde::testing::Parsed;
using sonde::testing::RecordingSink;
using Target = sonde::testing::MemoTarget;

namespace {

// What a body says, by the general parser alone: of equal series the first.
Parsed parse_plainly(const std::string& body, exposition::Dialect dialect) {
  std::map<std::string, uint64_t> out;
  exposition::TextReader reader(body, dialect);
  sonde::MetricType type = sonde::MetricType::Untyped;
  for (;;) {
    const auto kind = reader.next();
    if (kind == exposition::EntryKind::Failed) return std::nullopt;
    if (kind == exposition::EntryKind::End) return out;
    if (kind == exposition::EntryKind::Type) type = reader.entry().type;
    if (kind != exposition::EntryKind::Sample) continue;
    const auto labels = exposition::decode_series(reader.entry().series, type);
    if (!labels) return std::nullopt;
    out.emplace(labels->to_string(), std::bit_cast<uint64_t>(reader.entry().value));
  }
}

// Bodies that change as exporters change, and now and then as broken ones do.
class RandomPage {
 public:
  explicit RandomPage(uint32_t seed) : random_(seed) {
    for (int i = 0; i < 12; ++i) add_family();
  }

  void change() {
    const int changes = pick(4);
    for (int i = 0; i < changes; ++i) change_once();
  }

  std::string text() {
    std::string out;
    for (const Family& family : families_) {
      out += family.comments;
      for (const std::string& series : family.series) out += series + blank() + value() + end();
    }
    if (pick(60) == 0) out += "broken{ 1\n";
    if (pick(40) == 0 && !out.empty()) out.pop_back();
    if (pick(40) == 0) out += "# a last comment\n\n";
    return out;
  }

 private:
  struct Family {
    std::string name, comments;
    std::vector<std::string> series;
  };

  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }
  std::string blank() { return pick(200) == 0 ? "  " : " "; }
  std::string end() { return pick(300) == 0 ? " \n" : pick(300) == 0 ? "\n\n" : "\n"; }

  std::string value() {
    static const std::vector<std::string> odd{"NaN",
                                              "+Inf",
                                              "-Inf",
                                              "1e5",
                                              "1.5e-300",
                                              "0x1p3",
                                              "-0",
                                              "1e400",
                                              "123456789012345678901",
                                              "0.1234567890123456789",
                                              "9007199254740993",
                                              "1.7976931348623157e+308",
                                              "5e-324",
                                              ".5",
                                              "5."};
    switch (pick(8)) {
      case 0:
        return std::to_string(pick(1'000'000'000)) + "." + std::to_string(pick(1'000'000));
      case 1:
        return std::to_string(pick(9)) + "." + std::to_string(pick(1'000'000)) + "e+0" +
               std::to_string(pick(9));
      case 2:
        return pick(100) == 0 ? odd[static_cast<size_t>(pick(static_cast<int>(odd.size())))]
                              : "-" + std::to_string(pick(100));
      default:
        return std::to_string(pick(100'000));
    }
  }

  void add_series(Family& family) {
    std::string series = family.name;
    if (pick(5) > 0) {
      series += "{a=\"" + std::to_string(next_++) + "\"";
      if (pick(3) == 0) series += ",le=\"" + std::to_string(pick(3)) + "\"";
      if (pick(9) == 0) series += ",job=\"own\"";
      series += "}";
    }
    family.series.insert(family.series.begin() + pick(static_cast<int>(family.series.size()) + 1),
                         std::move(series));
  }

  void add_family() {
    Family family;
    family.name = "m" + std::to_string(next_++);
    set_comments(family);
    for (int i = pick(6); i >= 0; --i) add_series(family);
    families_.insert(families_.begin() + pick(static_cast<int>(families_.size()) + 1), std::move(family));
  }

  void set_comments(Family& family) {
    static const std::vector<std::string> types{"counter", "gauge", "histogram", "summary", "untyped"};
    family.comments = pick(3) == 0 ? "" : "# HELP " + family.name + " text " + std::to_string(pick(3)) + "\n";
    if (pick(4) > 0)
      family.comments += "# TYPE " + family.name + " " + types[static_cast<size_t>(pick(5))] + "\n";
    if (pick(9) == 0) family.comments += "# plain\n";
  }

  void change_once() {
    if (families_.empty()) return add_family();
    Family& family = families_[static_cast<size_t>(pick(static_cast<int>(families_.size())))];
    switch (pick(9)) {
      case 0:
        return add_family();
      case 1:
        return static_cast<void>(families_.erase(families_.begin() + (&family - families_.data())));
      case 2:
        return std::shuffle(families_.begin(), families_.end(), random_);
      case 3:
        return std::shuffle(family.series.begin(), family.series.end(), random_);
      case 4:
        return set_comments(family);
      case 5:
        if (!family.series.empty()) family.series.push_back(family.series.front());  // twice
        return;
      case 6:
        return add_series(family);
      default:
        if (!family.series.empty())
          family.series.erase(family.series.begin() + pick(static_cast<int>(family.series.size())));
    }
  }

  std::mt19937 random_;
  int next_ = 0;
  std::vector<Family> families_;
};

// A collision is renamed by the rules; the plain parser knows nothing of it.
Parsed with_exported_job(Parsed parsed) {
  if (!parsed) return parsed;
  std::map<std::string, uint64_t> out;
  for (auto& [series, bits] : *parsed) {
    std::string renamed = series;
    const size_t at = renamed.find("job=\"own\"");
    if (at != std::string::npos) {
      renamed.erase(at >= 2 ? at - 2 : at, at >= 2 ? 11 : 9);
      renamed.insert(renamed.find(", le=") != std::string::npos ? renamed.find(", le=") : renamed.size() - 1,
                     ", exported_job=\"own\"");
    }
    out.emplace(renamed, bits);
  }
  return out;
}

}  // namespace

TEST_SUITE("scrape/memo") {
  TEST_CASE("random bodies read alike with the memo and without it and by the plain parser") {
    for (uint32_t seed = 1; seed <= 30; ++seed) {
      RecordingSink sink;
      scrape::MemoTable table;
      Target with{.sink = sink, .table = table, .rules = {}};
      Target without{.sink = sink, .table = table, .rules = {}, .compare = false};
      RandomPage page(seed);
      for (int round = 0; round < 60; ++round) {
        const std::string body = page.text();
        CAPTURE(seed);
        CAPTURE(round);
        CAPTURE(body);
        const Parsed expected = with_exported_job(parse_plainly(body, exposition::Dialect::Text));
        const Parsed got = with.read(body);
        REQUIRE(got.has_value() == expected.has_value());
        if (got) REQUIRE(*got == *expected);
        const Parsed other = without.read(body);
        REQUIRE(other.has_value() == expected.has_value());
        if (other) REQUIRE(*other == *expected);
        page.change();
      }
      CHECK(sink.problems().empty());
    }
  }

  TEST_CASE("a body that says the same again is read without a new memo") {
    RecordingSink sink;
    scrape::MemoTable table;
    Target target{.sink = sink, .table = table, .rules = {}};
    REQUIRE(target.read("# HELP a x\n# TYPE a gauge\na 1\nb{c=\"d\"} 2\n# done\n"));
    REQUIRE(target.read("# HELP a x\n# TYPE a gauge\na 11\nb{c=\"d\"} NaN\n# done\n"));
    CHECK(target.built == 1);
    CHECK(target.values.resyncs == 0);
    REQUIRE(target.read("# HELP a x\n# TYPE a gauge\na 11\n# done\n"));                // One vanishes,
    REQUIRE(target.read("# HELP a x\n# TYPE a gauge\na 11\nb{c=\"d\"} 3\n# done\n"));  // and comes back.
    CHECK(target.built == 1);
    REQUIRE(target.read("# HELP a other\n# TYPE a gauge\na 11\nb{c=\"d\"} 3\n# done\n"));
    CHECK(target.built == 2);
    const auto metadata = target.memo->metadata();
    REQUIRE(metadata.size() == 1);
    CHECK(metadata[0].help == "other");
    CHECK(metadata[0].type == sonde::MetricType::Gauge);
  }

  TEST_CASE("a TYPE line decides how le is written wherever it moves") {
    RecordingSink sink;
    scrape::MemoTable table;
    Target target{.sink = sink, .table = table, .rules = {}};
    const std::string gauge = "# TYPE h gauge\nh{le=\"1\"} 1\n";
    const std::string histogram = "# TYPE h histogram\nh{le=\"1\"} 1\n";
    CHECK(target.read(gauge)->contains("h{le=\"1\"}"));
    CHECK(target.read(histogram)->contains("h{le=\"1.0\"}"));
    CHECK(target.read(gauge)->contains("h{le=\"1\"}"));
    CHECK(target.read("# TYPE x histogram\nx 1\n" + gauge)->contains("h{le=\"1\"}"));
    CHECK(target.read("# TYPE x histogram\nx 1\nh{le=\"1\"} 1\n")->contains("h{le=\"1.0\"}"));
  }
}
