#pragma once
// A target without its loop: reads bodies along its memo and makes a new one where that does not fit.

#include <doctest/doctest.h>

#include <bit>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "scraper/scrape/body_reader.h"
#include "scraper/scrape/memo_builder.h"
#include "tests/unit/scraper/scrape/recording_sink.h"

namespace sonde::testing {

// Value bits by series; nullopt for a body that is refused.
using Parsed = std::optional<std::map<std::string, uint64_t>>;

struct MemoTarget {
  RecordingSink& sink;
  scrape::MemoTable& table;
  scrape::SampleRules rules;
  Labels labels{{"job", "j"}, {"instance", "i"}};
  bool compare = true;
  std::shared_ptr<const scrape::Memo> memo{};
  scrape::BodyValues values{};
  size_t built = 0;

  Parsed read(const std::string& body, exposition::Dialect dialect = exposition::Dialect::Text) {
    scrape::BodyFit fit = scrape::BodyFit::Unknown;
    if (memo && memo->dialect == dialect) fit = read_along(body);
    if (fit == scrape::BodyFit::Unknown) {
      ++built;
      auto made =
          scrape::build_memo({.rules = rules, .target = labels, .table = table, .sink = sink}, body, dialect);
      if (made.error) return std::nullopt;
      memo = made.memo;
      fit = read_along(body);
      REQUIRE(fit == scrape::BodyFit::Read);
    }
    if (fit == scrape::BodyFit::Broken) return std::nullopt;
    std::map<std::string, uint64_t> out;
    const auto columns = sink.columns_of(memo->shape);
    for (size_t i = 0; i < memo->column_count; ++i) {
      if ((values.present[i / 64] >> (i % 64) & 1) == 0) continue;
      out.emplace(columns[i].to_string(), std::bit_cast<uint64_t>(values.columns[i]));
    }
    return out;
  }
  scrape::BodyFit read_along(const std::string& body) {
    scrape::BodyReader reader(body, *memo, {.compare = compare, .honor_timestamps = rules.honor_timestamps},
                              values);
    return reader.read();
  }
};

}  // namespace sonde::testing
