#include <array>

#include "exporters/redis/address.h"
#include "exporters/redis/group.h"
#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

bool always(const Scrape&) {
  return true;
}

// A Sentinel's section has more than the word.
bool is_sentinel(const Scrape& scrape) {
  return scrape.info.has_section("Sentinel");
}

bool is_valkey(const Scrape& scrape) {
  return !scrape.info.get("valkey_version").empty();
}

// Walks over keys can be kept from masters, which have other work.
bool may_walk(const Scrape& scrape) {
  return !scrape.options.skip_check_keys_for_role_master || scrape.info.get("role") == "slave";
}

constexpr std::array kGroups{
    Group{"config", [](const Scrape& s) { return s.config.is_list(); }, collect_config},
    Group{"rdb file", [](const Scrape& s) { return s.options.include_rdb_file_size_metric; },
          collect_rdb_file},
    Group{"latency", [](const Scrape& s) { return !s.options.exclude_latency_histogram_metrics; },
          collect_latency},
    Group{"slowlog", always, collect_slowlog},
    Group{"commandlog", is_valkey, collect_commandlog},
    Group{"sentinel", is_sentinel, collect_sentinel},
    Group{"clients", [](const Scrape& s) { return s.options.export_client_list; }, collect_clients},
    Group{"tile38", [](const Scrape& s) { return s.options.is_tile38; }, collect_tile38},
    Group{"modules", [](const Scrape& s) { return s.options.include_modules_metrics; }, collect_modules},
    Group{"search indexes", [](const Scrape& s) { return s.options.include_search_indexes_metrics; },
          collect_search_indexes},
    Group{"scripts", [](const Scrape& s) { return !s.settings.scripts.empty(); }, collect_scripts},
    Group{"keys",
          [](const Scrape& s) {
            return may_walk(s) && !(s.checks.keys.empty() && s.checks.single_keys.empty());
          },
          collect_keys},
    Group{"key counts", [](const Scrape& s) { return may_walk(s) && !s.checks.counts.empty(); },
          collect_key_counts},
    Group{"streams",
          [](const Scrape& s) {
            return may_walk(s) && !(s.checks.streams.empty() && s.checks.single_streams.empty());
          },
          collect_streams},
    Group{"key groups", always, collect_key_groups},
};

}  // namespace

std::span<const Group> groups() {
  return kGroups;
}

void Scrape::leave_out(std::string_view what, std::string_view why) {
  if (!left_out.empty()) return;  // A log line for each of many keys would help nobody.
  logger.warn("part of a scrape is left out", {{"part", std::string(what)}, {"err", std::string(why)}});
  left_out = std::string(what) + ": " + std::string(why);
}

Status Scrape::lost(Client& server, std::string_view what, const Error& error) {
  if (&server == &client) return error;
  servers.drop(server);
  leave_out(what, error.message());
  return Ok{};
}

}  // namespace sonde::redis
