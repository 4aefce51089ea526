#pragma once
// --web.route-prefix and --web.external-url: below which path everything is served. Pure.

#include <string>
#include <string_view>

namespace sonde::web {

// "/prometheus" of the prefix "prometheus/" or, where no prefix is given, of the URL "http://host/prometheus/";
// "" where nothing stands before the paths.
std::string route_prefix(std::string_view prefix, std::string_view external_url);

}  // namespace sonde::web
