#pragma once
// The functions of the table in group_list.cpp: each collects one group of families, in a file of its own.

#include "exporters/redis/group.h"

namespace sonde::redis {

Status collect_clients(Scrape& scrape);
Status collect_commandlog(Scrape& scrape);
Status collect_config(Scrape& scrape);
Status collect_key_counts(Scrape& scrape);
Status collect_key_groups(Scrape& scrape);
Status collect_keys(Scrape& scrape);
Status collect_latency(Scrape& scrape);
Status collect_modules(Scrape& scrape);
Status collect_rdb_file(Scrape& scrape);
Status collect_scripts(Scrape& scrape);
Status collect_search_indexes(Scrape& scrape);
Status collect_sentinel(Scrape& scrape);
Status collect_slowlog(Scrape& scrape);
Status collect_streams(Scrape& scrape);
Status collect_tile38(Scrape& scrape);

}  // namespace sonde::redis
