#include "scraper/scrape/target_status.h"

namespace sonde::scrape {

std::string_view health_name(TargetHealth health) {
  switch (health) {
    case TargetHealth::Up:
      return "up";
    case TargetHealth::Down:
      return "down";
    case TargetHealth::Unknown:
      break;
  }
  return "unknown";
}

}  // namespace sonde::scrape
