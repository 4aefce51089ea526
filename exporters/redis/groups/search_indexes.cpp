// The indexes of the search module: FT._LIST names them, FT.INFO describes each.

#include <re2/re2.h>

#include <array>
#include <vector>

#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr size_t kIndexesMax = 10'000;
constexpr double kMegabyte = 1 << 20;

struct Field {
  std::string_view name;  // in FT.INFO
  Desc family;
  double scale = 1;
};
constexpr std::array kFields{
    Field{"bytes_per_record_avg",
          {"redis_search_index_avg_per_record_bytes",
           "Average size of each record in bytes",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"cleaning",
          {"redis_search_index_cleaning",
           "Index deletion flag. A value of 1 indicates index deletion is in progress",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"doc_table_size_mb",
          {"redis_search_index_doc_table_size_bytes",
           "Memory used by the document table, contains metadata about each document in the index",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"geoshapes_sz_mb",
          {"redis_search_index_geoshapes_size_bytes",
           "Memory used by GEO-related fields",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"hash_indexing_failures",
          {"redis_search_index_hash_indexing_failures",
           "Number of failures encountered during indexing",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"indexing",
          {"redis_search_index_indexing",
           "Indicates whether the index is currently being generated",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"inverted_sz_mb",
          {"redis_search_index_inverted_size_bytes",
           "Memory used by the inverted index",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"key_table_size_mb",
          {"redis_search_index_key_table_size_bytes",
           "Memory used by the key table, stores mapping between document IDs and keys",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"max_doc_id",
          {"redis_search_index_max_doc_id",
           "Maximum document ID in search index",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"num_docs",
          {"redis_search_index_num_docs",
           "Number of documents in search index",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"num_records",
          {"redis_search_index_num_records",
           "Total number of records in search index",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"num_terms",
          {"redis_search_index_num_terms",
           "Number of distinct terms in search index",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"number_of_uses",
          {"redis_search_index_number_of_uses_total",
           "Number of times the index has been used",
           MetricType::Counter,
           {"index_name"}}},
    Field{"offset_bits_per_record_avg",
          {"redis_search_index_avg_per_record_offset_bits",
           "Average number of bits used for offsets per record",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"offset_vectors_sz_mb",
          {"redis_search_index_offset_vectors_size_bytes",
           "Memory used by the offset vectors, store positional information for terms in documents",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"offsets_per_term_avg",
          {"redis_search_index_avg_per_term_offsets",
           "Average number of offsets (position information) per term",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"percent_indexed",
          {"redis_search_index_percent_indexed",
           "Percentage of the index that has been successfully generated (0-1)",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"records_per_doc_avg",
          {"redis_search_index_avg_per_doc_records",
           "Average number of records (including deletions) per document",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"sortable_values_size_mb",
          {"redis_search_index_sortable_values_size_bytes",
           "Memory used by sortable values, used for sorting purposes",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"tag_overhead_sz_mb",
          {"redis_search_index_tag_overhead_size_bytes",
           "Size of the TAG index structures used for optimising performance",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"text_overhead_sz_mb",
          {"redis_search_index_text_overhead_size_bytes",
           "Size of the TEXT index structures used for optimising performance",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"total_index_memory_sz_mb",
          {"redis_search_index_total_index_memory_size_bytes",
           "Total memory consumed by all indexes in the DB",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte},
    Field{"total_inverted_index_blocks",
          {"redis_search_index_total_inverted_index_blocks",
           "Total number of blocks in the inverted index",
           MetricType::Gauge,
           {"index_name"}}},
    Field{"vector_index_sz_mb",
          {"redis_search_index_vector_index_size_bytes",
           "Memory used by the vector index, stores vectors associated with each document",
           MetricType::Gauge,
           {"index_name"}},
          kMegabyte}};

void emit_index(const Reply& facts, Scrape& scrape) {
  const std::string_view index = text_of(value_of(facts, "index_name"));
  if (index.empty()) return;
  for (const Field& field : kFields) {
    const auto value = number_of(value_of(facts, field.name));
    if (value) scrape.out.sample(field.family, {index}, *value * field.scale);
  }
}

}  // namespace

Status collect_search_indexes(Scrape& scrape) {
  const auto names = scrape.client.command({"FT._LIST"});
  if (!names) return names.error();
  if (names->is_error()) scrape.leave_out("search indexes", names->text);
  std::vector<Command> commands;
  for (const Reply& name : names->items) {
    if (commands.size() == kIndexesMax) {
      scrape.leave_out("search indexes", "too many");
      break;
    }
    const bool wanted = RE2::PartialMatch(text_of(name), *scrape.settings.search_indexes);
    if (wanted) commands.push_back({"FT.INFO", text_of(name)});
  }
  const auto answers = scrape.client.pipeline(commands);
  if (!answers) return answers.error();
  for (const Reply& facts : *answers) emit_index(facts, scrape);
  return Ok{};
}

}  // namespace sonde::redis
