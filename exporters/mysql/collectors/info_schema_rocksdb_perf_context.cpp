#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "common/core/number_text.h"
#include "exporters/mysql/row.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

struct Figure {
  std::string_view stat;
  Desc desc;
};
// Sorted by stat.
constexpr std::array kFigures{
    Figure{"BLOCK_CACHE_HIT_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_block_cache_hit_count",
            "Total number of block read operations from cache.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"BLOCK_READ_BYTE",
           {"mysql_info_schema_rocksdb_perf_context_block_read_byte",
            "Total number of bytes read from disk.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"BLOCK_READ_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_block_read_count",
            "Total number of block read operations from disk.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"BLOOM_MEMTABLE_HIT_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_bloom_memtable_hit_count",
            "Count of successful hits in the bloom filter for memtable searches.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"BLOOM_MEMTABLE_MISS_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_bloom_memtable_miss_count",
            "Count of misses in the bloom filter for memtable searches.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"BLOOM_SST_HIT_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_bloom_sst_hit_count",
            "Count of successful hits in the bloom filter for SSTable searches.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"BLOOM_SST_MISS_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_bloom_sst_miss_count",
            "Count of misses in the bloom filter for SSTable searches.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"GET_FROM_MEMTABLE_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_get_from_memtable_count",
            "Number of Get operations served from the memtable.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"GET_READ_BYTES",
           {"mysql_info_schema_rocksdb_perf_context_get_read_bytes",
            "Number of bytes read during Get operations.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"INTERNAL_DELETE_SKIPPED_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_internal_delete_skipped_count",
            "Count of internal delete operations that were skipped.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"INTERNAL_KEY_SKIPPED_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_internal_key_skipped_count",
            "Count of internal keys skipped during operations.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"INTERNAL_MERGE_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_internal_merge_count",
            "Total number of internal merge operations.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"INTERNAL_RECENT_SKIPPED_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_internal_recent_skipped_count",
            "Count of recently skipped internal operations.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"IO_BYTES_READ",
           {"mysql_info_schema_rocksdb_perf_context_io_bytes_read",
            "Total number of bytes read by I/O operations in RocksDB.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"IO_BYTES_WRITTEN",
           {"mysql_info_schema_rocksdb_perf_context_io_bytes_written",
            "Total number of bytes written by I/O operations in RocksDB.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"ITER_READ_BYTES",
           {"mysql_info_schema_rocksdb_perf_context_iter_read_bytes",
            "Number of bytes read during iterator operations.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"KEY_LOCK_WAIT_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_key_lock_wait_count",
            "Count of key lock wait events in RocksDB.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"MULTIGET_READ_BYTES",
           {"mysql_info_schema_rocksdb_perf_context_multiget_read_bytes",
            "Number of bytes read during MultiGet operations.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"NEXT_ON_MEMTABLE_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_next_on_memtable_count",
            "Count of next operations in the memtable.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"PREV_ON_MEMTABLE_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_prev_on_memtable_count",
            "Count of previous operations in the memtable.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"SEEK_CHILD_SEEK_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_seek_child_seek_count",
            "Count of child seek operations in RocksDB.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"SEEK_ON_MEMTABLE_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_seek_on_memtable_count",
            "Count of seek operations in the memtable.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
    Figure{"USER_KEY_COMPARISON_COUNT",
           {"mysql_info_schema_rocksdb_perf_context_user_key_comparison_count",
            "Total number of user key comparisons performed in binary search.",
            MetricType::Counter,
            {"schema", "table", "part"}}},
};
static_assert(std::ranges::is_sorted(kFigures, {}, &Figure::stat));

}  // namespace

// Figures that are not known are left out, as in the reference.
Status scrape_rocksdb_perf_context(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query(
      "SELECT TABLE_SCHEMA, TABLE_NAME, IFNULL(PARTITION_NAME, '') AS part, STAT_TYPE, VALUE "
      "FROM information_schema.ROCKSDB_PERF_CONTEXT");
  if (!table) return table.error();
  for (size_t index = 0; index < table->rows.size(); ++index) {
    const Row row(*table, index);
    const std::string_view stat = row.text("STAT_TYPE");
    const auto figure = std::ranges::lower_bound(kFigures, stat, {}, &Figure::stat);
    if (figure == kFigures.end() || figure->stat != stat) continue;
    const auto value = parse_number(row.text("VALUE"));
    if (!value) return Error(ErrorCode::Corrupt, std::string(stat) + ": its value is no number");
    sink.sample(figure->desc, {row.text("TABLE_SCHEMA"), row.text("TABLE_NAME"), row.text("part")}, *value);
  }
  return Ok{};
}

}  // namespace sonde::mysql
