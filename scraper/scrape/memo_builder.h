#pragma once
// Makes the memo of a body that no memo fits: parses every line, applies the job's rules and gives each
// series its column. Where an equal target did that before, its memo is found in the table and labels are not
// looked at.

#include <memory>
#include <string_view>

#include "common/core/result.h"
#include "scraper/scrape/memo.h"
#include "scraper/scrape/sample_rules.h"
#include "scraper/storage/sample_sink.h"

namespace sonde::scrape {

struct MemoContext {
  const SampleRules& rules;
  const Labels& target;
  MemoTable& table;
  storage::SampleSink& sink;
  size_t report_count = kReportsDefault;
};

struct BuiltMemo {
  std::shared_ptr<const Memo> memo;
  size_t lines_seen = 0;       // also when it failed: sample lines before the bad one, and that
  std::optional<Error> error;  // the body or one of its series is not acceptable; there is no memo then
};

BuiltMemo build_memo(const MemoContext& context, std::string_view body, exposition::Dialect dialect);

// The memo of no body at all: the reports alone. For a target that was never scraped with success.
std::shared_ptr<const Memo> empty_memo(const MemoContext& context);

}  // namespace sonde::scrape
