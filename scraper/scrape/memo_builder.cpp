#include "scraper/scrape/memo_builder.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace sonde::scrape {
namespace {

// Limits of 32-bit offsets; bodies end far below (kScrapeBodyBytesMax).
constexpr size_t kTextBytesMax = uint64_t{1} << 31;

// First pass: the text and where its lines are, without looking into a series.
class TextScan {
 public:
  TextScan(std::string_view body, exposition::Dialect dialect, bool honor_timestamps)
      : body_(body), reader_(body, dialect), honor_timestamps_(honor_timestamps) {}

  std::optional<Error> run(Memo& memo) {
    if (body_.size() > kTextBytesMax) return Error(ErrorCode::LimitExceeded, "body size limit exceeded");
    MetricType type = MetricType::Untyped;
    size_t line_begin = 0;
    for (;;) {
      const exposition::EntryKind kind = reader_.next();
      if (kind == exposition::EntryKind::Failed) return reader_.error();
      if (kind == exposition::EntryKind::End) break;
      if (kind == exposition::EntryKind::Type) type = reader_.entry().type;
      if (kind != exposition::EntryKind::Sample) continue;
      take(memo, line_begin, type);
      line_begin = reader_.offset();
    }
    memo.text += body_.substr(line_begin);
    return std::nullopt;
  }

  const std::string& stamped() const { return stamped_; }

 private:
  void take(Memo& memo, size_t line_begin, MetricType type) {
    const std::string_view series = reader_.entry().series;
    const auto series_begin = static_cast<size_t>(series.data() - body_.data());
    const size_t value_begin = body_.find_first_not_of(" \t", series_begin + series.size());
    const size_t base = memo.text.size();
    memo.text += body_.substr(line_begin, value_begin - line_begin);
    memo.lines.push_back({.end = static_cast<uint32_t>(memo.text.size()),
                          .series_begin = static_cast<uint32_t>(base + series_begin - line_begin),
                          .series_size = static_cast<uint32_t>(series.size()),
                          .slot = 0,
                          .kind = LineKind::Main,
                          .type = type});
    if (honor_timestamps_ && reader_.entry().timestamp_ms) {
      memo.lines.back().kind = LineKind::Stray;
      stamped_.resize(memo.lines.size(), '.');
      stamped_.back() = 't';
    }
  }

  std::string_view body_;
  exposition::TextReader reader_;
  bool honor_timestamps_;
  std::string stamped_;  // "..t.": which lines have a timestamp, up to the last that has
};

// Second pass: labels, rules, columns.
class ColumnAssignment {
 public:
  ColumnAssignment(const MemoContext& context, Memo& memo) : context_(context), memo_(memo) {}

  Status take(size_t line_index) {
    MemoLine& line = memo_.lines[line_index];
    const std::string_view series = memo_.series(line_index);
    auto scraped = exposition::decode_series(series, line.type);
    if (!scraped) return scraped.error();
    auto stored = apply_rules(context_.rules, context_.target, series, std::move(*scraped));
    if (!stored) return stored.error();
    if (stored->dropped) {
      line.kind = LineKind::Dropped;
    } else if (line.kind == LineKind::Stray || !stored->removed.empty()) {
      take_stray(line, std::move(*stored));
    } else {
      const auto next = static_cast<uint32_t>(columns_.size());
      const auto [it, is_new] = column_of_.emplace(std::move(stored->own), next);
      line.slot = it->second;
      if (is_new) columns_.push_back(&it->first);
    }
    return Ok{};
  }

  void finish() {
    uint32_t begin = 0;
    for (StrayGroup& group : memo_.strays) {
      group.slot_begin = begin;
      begin += static_cast<uint32_t>(group.columns.size());
    }
    memo_.stray_count = begin;
    for (const auto& [line, place] : stray_lines_)
      line->slot = memo_.strays[place.first].slot_begin + place.second;

    memo_.column_count = columns_.size();
    std::vector<Labels> all;
    all.reserve(columns_.size() + context_.report_count);
    for (const Labels* column : columns_) all.push_back(*column);
    for (size_t i = 0; i < context_.report_count; ++i) {
      Labels report{{std::string(kMetricName), std::string(report_name(static_cast<Report>(i)))}};
      const auto scraped = column_of_.find(report);
      memo_.report_columns[i] =
          scraped == column_of_.end() ? static_cast<uint32_t>(all.size()) : scraped->second;
      if (scraped == column_of_.end()) all.push_back(std::move(report));
    }
    memo_.row_size = all.size();
    memo_.shape = context_.sink.intern_shape(all);
  }

 private:
  using StrayKey = std::pair<Labels, std::pair<std::vector<std::string>, bool>>;

  void take_stray(MemoLine& line, StoredSeries stored) {
    const bool stamped = line.kind == LineKind::Stray;
    line.kind = LineKind::Stray;
    std::vector<Label> own;
    std::vector<Label> column;
    for (const Label& label : stored.own) {
      const bool is_shared = stamped ? label.name != kMetricName
                                     : std::ranges::find(stored.removed, label.name) != stored.removed.end();
      (is_shared ? own : column).push_back(label);
    }
    StrayKey key{Labels(std::move(own)), {std::move(stored.removed), stamped}};
    const auto [it, is_new] = group_of_.emplace(std::move(key), memo_.strays.size());
    if (is_new) {
      memo_.strays.push_back({.own = it->first.first,
                              .removed = it->first.second.first,
                              .columns = {},
                              .slot_begin = 0,
                              .stamped = stamped});
      stray_column_of_.emplace_back();
    }
    auto& columns = memo_.strays[it->second].columns;
    const auto next = static_cast<uint32_t>(columns.size());
    const auto [at, is_new_column] = stray_column_of_[it->second].emplace(Labels(std::move(column)), next);
    if (is_new_column) columns.push_back(at->first);
    stray_lines_.emplace_back(&line, std::pair(it->second, at->second));
  }

  const MemoContext& context_;
  Memo& memo_;
  using ColumnMap = std::unordered_map<Labels, uint32_t, LabelsHash>;

  ColumnMap column_of_;
  std::vector<const Labels*> columns_;  // Keys of column_of_, which do not move.
  std::map<StrayKey, size_t> group_of_;
  std::vector<ColumnMap> stray_column_of_;  // by group
  std::vector<std::pair<MemoLine*, std::pair<size_t, uint32_t>>> stray_lines_;
};

// What of the target the columns depend on.
std::string target_key(const MemoContext& context) {
  const bool with_values = depends_on_values(context.rules, context.target);
  std::string key;
  for (const Label& label : context.target) {
    key += label.name;
    key += '\0';
    if (with_values) key += label.value;
    key += '\0';
  }
  return key;
}

}  // namespace

BuiltMemo build_memo(const MemoContext& context, std::string_view body, exposition::Dialect dialect) {
  BuiltMemo built;
  auto memo = std::make_shared<Memo>();
  memo->dialect = dialect;
  TextScan scan(body, dialect, context.rules.honor_timestamps);
  built.error = scan.run(*memo);
  built.lines_seen = memo->lines.size();
  if (built.error) return built;

  memo->text.shrink_to_fit();  // Before the key looks at it.
  memo->lines.shrink_to_fit();
  const std::string target = target_key(context) + scan.stamped();
  const MemoTable::Key key{.target = target, .text = memo->text, .dialect = dialect};
  built.memo = context.table.find(key);
  if (built.memo) return built;

  ColumnAssignment columns(context, *memo);
  for (size_t i = 0; i < memo->lines.size(); ++i) {
    if (auto taken = columns.take(i); !taken) {
      built.error = taken.error();
      built.lines_seen = i + 1;
      return built;
    }
  }
  columns.finish();
  context.table.add(key, memo);
  built.memo = std::move(memo);
  return built;
}

std::shared_ptr<const Memo> empty_memo(const MemoContext& context) {
  return build_memo(context, {}, exposition::Dialect::Text).memo;
}

}  // namespace sonde::scrape
