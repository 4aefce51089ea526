#pragma once
// What the flags say to single scrapers: --collect.SCRAPER.OPTION. Read only while scrapers run.

#include <cstdint>
#include <string>
#include <vector>

namespace sonde::mysql {

struct ScraperOptions {
  struct {
    std::string database = "heartbeat";
    std::string table = "heartbeat";
    bool utc = false;  // pt-heartbeat runs with --utc
  } heartbeat;
  struct {
    int64_t min_time_seconds = 0;  // threads that are in their state for less are not counted
    bool by_user = true;
    bool by_host = true;
  } processlist;
  struct {
    std::string databases = "*";  // separated by commas; "*": all but the server's own
  } tables;
  struct {
    bool privileges = false;
  } user;
  struct {
    int64_t count_max = 250;
    int64_t age_seconds_max = 86400;
    int64_t digest_text_max = 120;  // characters
    std::vector<std::string> exclude_schemas;
  } statements;
  struct {
    std::string filter = ".*";  // the server's own kind of regular expression
    std::string remove_prefix = "/var/lib/mysql/";
  } file_instances;
  struct {
    std::string remove_prefix = "memory/";
  } memory_events;
};

}  // namespace sonde::mysql
