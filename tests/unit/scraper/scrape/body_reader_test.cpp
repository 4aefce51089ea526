#include "scraper/scrape/body_reader.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/unit/scraper/scrape/memo_target.h"

namespace config = sonde::config;
namespace exposition = sonde::exposition;
namespace scrape = sonde::scrape;
using sonde::Labels;
using sonde::testing::Parsed;
using sonde::testing::RecordingSink;
using Target = sonde::testing::MemoTarget;

TEST_SUITE("scrape/body_reader") {
  TEST_CASE("a plain number is read exactly or left to the general parser") {
    const auto read = [](std::string text) -> std::optional<double> {
      text += '\n';
      double value = 0;
      const char* end = scrape::read_plain_number(text.data(), text.data() + text.size(), value);
      if (end == nullptr) return std::nullopt;
      CHECK(end == text.data() + text.size());
      return value;
    };
    CHECK(read("0") == 0.0);
    CHECK(read("42") == 42.0);
    CHECK(read("-1.5") == -1.5);
    CHECK(std::signbit(*read("-0")));
    CHECK(read("3.3526575104e+10") == 33526575104.0);
    CHECK(read("1e-09") == 1e-9);
    CHECK(read("0.1") == 0.1);
    CHECK(read("123456789012345678") == 123456789012345678.0);
    CHECK(read("9007199254740993.5") == std::nullopt);
    for (const char* other : {"", "-", "NaN", "+Inf", "1_0", "0x1", "1e", "1e400", "1.", ".5", "+1", "1 2",
                              "1e+", "1234567890123456789"}) {
      CAPTURE(other);
      CHECK_FALSE(read(other).has_value());
    }
    double value = 0;
    const std::string cut = "12";
    CHECK(scrape::read_plain_number(cut.data(), cut.data() + cut.size(), value) == nullptr);
  }

  TEST_CASE("lines in another order are found") {
    RecordingSink sink;
    scrape::MemoTable table;
    Target target{.sink = sink, .table = table, .rules = {}};
    std::string forwards;
    std::string backwards;
    for (int i = 0; i < 50; ++i) {
      const std::string line = "m{i=\"" + std::to_string(i) + "\"} " + std::to_string(i) + "\n";
      forwards += line;
      backwards.insert(0, line);
    }
    const Parsed first = target.read(forwards);
    CHECK(target.read(backwards) == first);
    CHECK(target.built == 1);
    CHECK(target.values.resyncs > 0);
  }

  TEST_CASE("OpenMetrics needs its end and its strictness also behind a memo") {
    using exposition::Dialect;
    const auto is_valid = [](const std::string& body) {
      exposition::TextReader reader(body, Dialect::OpenMetrics);
      for (;;) {
        const auto kind = reader.next();
        if (kind == exposition::EntryKind::End || kind == exposition::EntryKind::Failed) {
          return kind == exposition::EntryKind::End;
        }
      }
    };
    RecordingSink sink;
    scrape::MemoTable table;
    Target target{.sink = sink, .table = table, .rules = {}};
    const std::string good = "# TYPE a counter\na_total 1 # {t=\"x\"} 1\nb 2\n# EOF\n";
    REQUIRE(target.read(good, Dialect::OpenMetrics));
    REQUIRE(target.read(good, Dialect::OpenMetrics));
    CHECK(target.built == 1);
    for (size_t cut = 0; cut < good.size() - 1; ++cut) {
      const std::string body = good.substr(0, cut);
      CAPTURE(body);
      CHECK(target.read(body, Dialect::OpenMetrics).has_value() == is_valid(body));
    }
    CHECK_FALSE(target.read("# TYPE a counter\na_total  1\nb 2\n# EOF\n", Dialect::OpenMetrics));
    CHECK_FALSE(target.read(good + "a 1\n", Dialect::OpenMetrics));
    CHECK(target.read(good, Dialect::OpenMetrics));
  }
}
