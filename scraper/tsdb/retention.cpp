// Blocks go when they are too old or too many; series with a rule of their own go from blocks that stay.
#include <algorithm>
#include <utility>

#include "scraper/tsdb/block_merge.h"
#include "scraper/tsdb/database_parts.h"

namespace sonde::tsdb {
namespace {

// How long the longest-lived series are kept; 0: for ever.
int64_t longest_time(const Retention& retention) {
  int64_t longest_ms = retention.time_ms;
  for (const RetentionRule& rule : retention.rules) {
    if (longest_ms == 0 || rule.time_ms == 0) return 0;
    longest_ms = std::max(longest_ms, rule.time_ms);
  }
  return longest_ms;
}

// What the rules say goes now. The last is for the series without a rule.
TombstoneList erased_by_rules(const Retention& retention, int64_t now_ms) {
  TombstoneList out;
  if (retention.rules.empty()) return out;
  std::vector<std::vector<Matcher>> earlier;
  const auto add = [&](const std::vector<Matcher>& matchers, int64_t time_ms) {
    if (time_ms > 0) out.push_back({matchers, {INT64_MIN, now_ms - time_ms - 1}, earlier});
    earlier.push_back(matchers);
  };
  for (const RetentionRule& rule : retention.rules) add(rule.matchers, rule.time_ms);
  add({}, retention.time_ms);
  return out;
}

}  // namespace

// With the smaller of the limits by size and by share of the disk as `bytes`.
Retention Database::Parts::current_retention() {
  Retention out;
  {
    const MutexLock guard(retention_mutex);
    out = retention;
  }
  if (out.percentage <= 0) return out;
  auto disk = files.capacity_bytes(names.folder);
  if (!disk) {
    logger.warn("the size of the disk is not known: retention by percentage is passed over",
                {{"err", disk.error().message()}});
    return out;
  }
  const auto share = std::max<uint64_t>(
      1, static_cast<uint64_t>(static_cast<double>(*disk) * out.percentage / 100));  // 0 is no limit
  out.bytes = out.bytes == 0 ? share : std::min(out.bytes, share);
  return out;
}

std::shared_ptr<const TombstoneList> Database::Parts::with_rules(TombstoneList list) {
  for (Tombstone& erased : erased_by_rules(current_retention(), clock.wall_ms()))
    list.push_back(std::move(erased));
  return std::make_shared<const TombstoneList>(std::move(list));
}

// Writes blocks anew that a rule has wholly outlived. Younger ones lose what is due when they are merged.
Status Database::Parts::apply_rules() {
  const TombstoneList rules = erased_by_rules(current_retention(), clock.wall_ms());
  if (rules.empty()) return Ok{};
  const uint64_t version = retention_version.load();
  if (std::exchange(rules_seen_version, version) != version) rules_seen.clear();
  const auto set = catalog.snapshot();
  for (const OpenBlock& block : set->blocks) {
    if (is_stopping()) return Error(ErrorCode::Cancelled, "the database is closing");
    TombstoneList due;
    for (const Tombstone& rule : rules) {
      if (rule.range.end_ms >= block.reader->info().time_max_ms) due.push_back(rule);
    }
    // Looking costs; what comes out changes only with another rule.
    size_t& looked_at = rules_seen[block.name];
    if (due.size() == std::exchange(looked_at, due.size())) continue;
    if (!loses_samples(*block.reader, std::make_shared<const TombstoneList>(std::move(due)))) continue;
    if (auto done = rewrite({block}); !done) return done;
  }
  std::erase_if(rules_seen, [&](const auto& seen) {
    return std::ranges::find(set->blocks, seen.first, &OpenBlock::name) == set->blocks.end();
  });
  return Ok{};
}

Status Database::Parts::apply_retention() {
  const auto set = catalog.snapshot();
  if (set->blocks.empty()) return Ok{};
  const int64_t now_ms = clock.wall_ms();
  const Retention kept = current_retention();
  const int64_t keep_ms = longest_time(kept);
  const uint64_t keep_bytes = kept.bytes;
  const Head::Size size = head.size();
  uint64_t total_bytes = size.log_bytes + size.head_file_bytes;
  std::vector<std::string> dropped;
  bool is_full = false;
  for (auto block = set->blocks.rbegin(); block != set->blocks.rend(); ++block) {
    total_bytes += block->reader->size_bytes();
    is_full |= keep_bytes != 0 && total_bytes > keep_bytes;
    const bool is_old = keep_ms != 0 && block->reader->info().time_max_ms < now_ms - keep_ms;
    if (!is_full && !is_old) continue;
    dropped.push_back(block->name);
    (is_old ? blocks_deleted_by_time : blocks_deleted_by_size).fetch_add(1);
  }
  if (dropped.empty()) return Ok{};
  logger.info("blocks are deleted by retention", {{"blocks", std::to_string(dropped.size())}});
  return catalog.remove(dropped);
}

}  // namespace sonde::tsdb
