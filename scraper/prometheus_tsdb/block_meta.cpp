#include "scraper/prometheus_tsdb/block_meta.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {
namespace {

using nlohmann::json;

constexpr uint64_t kMetaVersion = 1;
// Hints of blocks that do not hold all there was in their time (tsdb/block.go).
constexpr std::array<std::string_view, 3> kPartialHints{"from-out-of-order", "from-stale-series",
                                                        "from-selected-series"};

template <class T>
T number(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<T>() : T{};
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The member, or an empty value when it is not of that kind.
json member(const json& object, const char* key, json::value_t kind) {
  const auto found = object.find(key);
  return found != object.end() && found->type() == kind ? *found : json(kind);
}

void read_compaction(const json& compaction, BlockMeta& meta) {
  for (const json& parent : member(compaction, "parents", json::value_t::array)) {
    if (parent.is_object()) meta.parents.push_back(text_of(parent, "ulid"));
  }
  const auto deletable = compaction.find("deletable");
  meta.is_deletable = deletable != compaction.end() && deletable->is_boolean() && deletable->get<bool>();
  for (const json& hint : member(compaction, "hints", json::value_t::array)) {
    if (hint.is_string() && std::ranges::find(kPartialHints, hint.get<std::string>()) != kPartialHints.end())
      meta.is_in_order = false;
  }
}

}  // namespace

Result<BlockMeta> parse_block_meta(std::string_view text) {
  const json root = json::parse(text, nullptr, false);
  if (root.is_discarded() || !root.is_object()) return Error(ErrorCode::Corrupt, "not a JSON object");
  if (const auto version = number<uint64_t>(root, "version"); version != kMetaVersion)
    return Error(ErrorCode::Unsupported, "block version " + std::to_string(version) + " is not known");
  BlockMeta meta;
  meta.ulid = text_of(root, "ulid");
  if (!root.contains("minTime") || !root.contains("maxTime"))
    return Error(ErrorCode::Corrupt, "minTime or maxTime is missing");
  meta.time_min_ms = number<int64_t>(root, "minTime");
  meta.time_max_ms = number<int64_t>(root, "maxTime");
  if (!is_plausible_time(meta.time_min_ms) || !is_plausible_time(meta.time_max_ms) ||
      meta.time_max_ms < meta.time_min_ms) {
    return Error(ErrorCode::Corrupt, "minTime and maxTime are no range of time");
  }
  meta.samples = number<uint64_t>(member(root, "stats", json::value_t::object), "numSamples");
  read_compaction(member(root, "compaction", json::value_t::object), meta);
  return meta;
}

}  // namespace sonde::prometheus_tsdb
