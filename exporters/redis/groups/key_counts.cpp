// How many keys match a pattern.

#include "exporters/redis/groups/groups.h"
#include "exporters/redis/key_scan.h"

namespace sonde::redis {
namespace {

constexpr Desc kCount{"redis_keys_count", "Count of keys", MetricType::Gauge, {"db", "key"}};
constexpr std::string_view kWhat = "count-keys";

}  // namespace

// A count of some of the keys would be a false one: it is left out.
Status collect_key_counts(Scrape& scrape) {
  if (auto found = find_key_servers(scrape, kWhat); !found) return found;
  for (const KeyName& pattern : scrape.checks.counts) {
    double count = 0;
    const auto visit = [&count](Client&, const std::vector<Reply>& keys) -> Result<bool> {
      count += static_cast<double>(keys.size());
      return true;
    };
    const auto complete = scan_keys(scrape, {.what = kWhat, .name = pattern}, visit);
    if (!complete) return complete.error();
    if (*complete) scrape.out.sample(kCount, {database_label(pattern.database), pattern.text}, count);
  }
  return Ok{};
}

}  // namespace sonde::redis
