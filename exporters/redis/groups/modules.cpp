// The loaded modules, and those of their fields in INFO that the table knows.

#include <array>

#include "common/core/text.h"
#include "exporters/redis/groups/groups.h"
#include "exporters/redis/info_metrics.h"

namespace sonde::redis {
namespace {

constexpr Desc kModule{"redis_module_info",
                       "Information about loaded Redis module",
                       MetricType::Gauge,
                       {"name", "ver", "api", "filters", "usedby", "using"}};

// module:name=search,ver=21005,api=1,filters=0,usedby=[ReJSON|rediSearch],using=[],options=[]
void emit_module(std::string_view value, Families& out) {
  const auto part = [&](std::string_view key) { return get_part(value, key); };
  if (part("name").empty()) return;
  out.sample(kModule,
             {part("name"), part("ver"), part("api"), part("filters"), part("usedby"), part("using")}, 1);
}

}  // namespace

Status collect_modules(Scrape& scrape) {
  const auto reply = scrape.client.command({"INFO", "MODULES"});
  if (!reply) return reply.error();
  if (reply->is_error()) scrape.leave_out("modules", reply->text);
  const Info modules(text_of(*reply));
  for (const InfoLine& line : modules.lines()) {
    if (line.field == "module") {
      emit_module(line.value, scrape.out);
    } else {
      emit_field(line, /*system_metrics=*/false, scrape.out);
    }
  }
  return Ok{};
}

}  // namespace sonde::redis
