#pragma once
// The page at / and /status: the groups, one group's metrics, flags and build. Plain HTML without anything
// from elsewhere; a few lines of script ask before a group is deleted. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporters/pushgateway/group_store.h"

namespace sonde::pushgateway {

struct PageFacts {
  const GroupStore& store;
  std::vector<std::pair<std::string, std::string>> flags;
  double start_time_seconds = 0;
  double now_seconds = 0;
  std::string external_path;  // "" or "/prefix"
  bool has_admin_api = false;
};

// At most so many groups are listed, and metrics of a group shown.
inline constexpr size_t kPageGroupsMax = 2000;
inline constexpr size_t kPageMetricsMax = 5000;

// Nothing but what this server itself serves.
inline constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action "
    "'none'; frame-ancestors 'none'";

// /static/page.css and /static/page.js.
extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;

// The list of groups or, with the id of one, that group's metrics.
std::string write_status_page(const PageFacts& facts, std::optional<std::string_view> group_id);

}  // namespace sonde::pushgateway
