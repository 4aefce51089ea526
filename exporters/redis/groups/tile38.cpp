// Tile38's own statistics (SERVER EXT): names and values, mapped by the table of INFO's fields.

#include <string>

#include "exporters/redis/groups/groups.h"
#include "exporters/redis/info_metrics.h"

namespace sonde::redis {

Status collect_tile38(Scrape& scrape) {
  constexpr std::string_view kPrefix = "tile38_";
  const auto facts = scrape.client.command({"SERVER", "EXT"});
  if (!facts) return facts.error();
  if (facts->is_error()) scrape.leave_out("tile38", facts->text);
  for_each_pair(*facts, [&](std::string_view name, const Reply& value) {
    const std::string field = (name.starts_with(kPrefix) ? "" : std::string(kPrefix)) + std::string(name);
    emit_field({.section = {}, .field = field, .value = text_of(value)}, /*system_metrics=*/false,
               scrape.out);
  });
  return Ok{};
}

}  // namespace sonde::redis
