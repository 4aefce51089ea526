#include "scraper/ctl/tsdb_analyze.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

#include "common/core/duration.h"
#include "common/core/number_text.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/data_folder.h"
#include "scraper/ctl/verb.h"
#include "scraper/tsdb/block_check.h"

namespace sonde::ctl {
namespace {

std::string number(double value) {
  std::string out;
  append_number_plain(out, value);
  return out;
}

using Counts = std::map<std::string, uint64_t, std::less<>>;

// What the series of a block are made of.
struct Cardinality {
  uint64_t series = 0;
  uint64_t label_entries = 0;
  Counts pairs;                                              // series by "name=value"
  Counts metrics;                                            // series by metric name
  Counts values_by_name;                                     // distinct values by label name
  Counts value_bytes;                                        // bytes of distinct values by label name
  std::map<std::string, double, std::less<>> churn_by_pair;  // series that were not there all the time
};

void count_labels(Cardinality& out, const tsdb::BlockReader& block, std::span<const tsdb::LabelRef> labels,
                  uint64_t series, double missing) {
  for (const tsdb::LabelRef& label : labels) {
    const std::string name(block.text(label.name));
    const std::string value(block.text(label.value));
    const std::string pair = name + "=" + value;
    const auto [at, is_new] = out.pairs.try_emplace(pair, 0);
    at->second += series;
    out.label_entries += series;
    if (missing > 0) out.churn_by_pair[pair] += missing * static_cast<double>(series);
    if (name == kMetricName) out.metrics[value] += series;
    if (!is_new) continue;
    ++out.values_by_name[name];
    out.value_bytes[name] += value.size();
  }
}

Cardinality count_block(const tsdb::BlockReader& block) {
  Cardinality out;
  const tsdb::BlockInfo& info = block.info();
  const double length = std::max(1.0, static_cast<double>(info.time_max_ms - info.time_min_ms));
  for (const tsdb::BlockPart& part : block.parts()) {
    const auto columns = block.shape(part.shape).columns;
    const double missing = 1 - static_cast<double>(part.time_max_ms - part.time_min_ms) / length;
    out.series += columns.size();
    count_labels(out, block, block.label_set(part.label_set), columns.size(), missing);
    for (const tsdb::LabelSetId column : columns)
      count_labels(out, block, block.label_set(column), 1, missing);
  }
  return out;
}

template <class Map>
std::string top(std::string_view title, const Map& counts, size_t limit) {
  using Entry = std::pair<std::string, double>;
  std::vector<Entry> entries;
  for (const auto& [name, count] : counts) entries.emplace_back(name, static_cast<double>(count));
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::string out = "\n" + std::string(title) + ":\n";
  for (size_t i = 0; i < std::min(limit, entries.size()); ++i) {
    out +=
        number(static_cast<double>(static_cast<int64_t>(entries[i].second))) + " " + entries[i].first + "\n";
  }
  return out;
}

std::string report(const BlockFile& block, const Cardinality& found, const tsdb::BlockContent& content,
                   size_t limit) {
  const tsdb::BlockInfo& info = block.reader->info();
  const double samples = std::max<double>(1, static_cast<double>(content.samples));
  std::string bytes_per_sample;
  append_number_plain(bytes_per_sample,
                      static_cast<double>(static_cast<int64_t>(
                          1000.0 * static_cast<double>(block.reader->size_bytes()) / samples)) /
                          1000);
  return "Block: " + block.name +
         "\nDuration: " + write_go_duration(std::chrono::milliseconds(info.time_max_ms - info.time_min_ms)) +
         "\nTotal Series: " + std::to_string(found.series) +
         "\nLabel names: " + std::to_string(found.values_by_name.size()) +
         "\nPostings (unique label pairs): " + std::to_string(found.pairs.size()) +
         "\nPostings entries (total label pairs): " + std::to_string(found.label_entries) +
         "\nSamples: " + std::to_string(content.samples) + "\nChunks: " + std::to_string(content.chunks) +
         ", of them " + std::to_string(content.repeated_chunks) +
         " repeated constants\nBytes per sample: " + bytes_per_sample + "\n" +
         top("Label pairs most involved in churning", found.churn_by_pair, limit) +
         top("Most common label pairs", found.pairs, limit) +
         top("Label names with highest cumulative label value length", found.value_bytes, limit) +
         top("Highest cardinality labels", found.values_by_name, limit) +
         top("Highest cardinality metric names", found.metrics, limit);
}

}  // namespace

int tsdb_analyze(std::span<const std::string> given) {
  std::string folder(kDefaultDataFolder);
  std::string name;
  std::string limit_text = "20";
  Arguments arguments("tsdb analyze", "Say what a block is made of: churn, cardinality and bytes.");
  arguments.text("limit", 0, limit_text, "How many of the most to show.");
  arguments.optional("db path", folder, "Data folder (default is data/).");
  arguments.optional("block", name, "Name of a block (default is the newest).");
  if (const auto code = end_early(arguments, given)) return *code;
  const auto limit = parse_unsigned(limit_text);
  if (!limit) return fail(Error(ErrorCode::InvalidArgument, "--limit: want a number, got " + limit_text));
  const auto blocks = open_blocks(folder);
  if (!blocks) return fail(blocks.error());
  const BlockFile* chosen = nullptr;
  for (const BlockFile& block : *blocks) {
    if (name.empty() ? block.reader != nullptr : block.name == name) chosen = &block;
  }
  if (chosen == nullptr) {
    return fail(Error(ErrorCode::NotFound,
                      name.empty() ? folder + " has no block yet: the head becomes one every two hours"
                                   : "there is no block " + name + ": see tsdb list"));
  }
  if (chosen->reader == nullptr) return fail(Error(ErrorCode::Corrupt, chosen->problem));
  const auto content = tsdb::check_block(*chosen->reader);
  if (!content) return fail(content.error());
  print(report(*chosen, count_block(*chosen->reader), *content, *limit));
  return kSuccess;
}

}  // namespace sonde::ctl
