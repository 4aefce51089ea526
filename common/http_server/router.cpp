#include "common/http_server/router.h"

#include <algorithm>
#include <utility>

#include "common/core/text.h"

namespace sonde::http {

void Router::add(std::string_view methods, std::string_view path, Handler handler, Effect others) {
  Route route{.methods = {}, .handler = std::move(handler), .others = others};
  if (!methods.empty()) {
    for (const std::string_view method : split(methods, ' ')) route.methods.emplace_back(method);
  }
  routes_[std::string(path)].push_back(std::move(route));
}

const Router::Routes* Router::routes_of(std::string_view path) const {
  if (const auto exact = routes_.find(path); exact != routes_.end()) return &exact->second;
  // "/a/b" is below "/a/" and "/", in this order.
  for (size_t slash = path.rfind('/'); slash != std::string_view::npos; slash = path.rfind('/', slash - 1)) {
    if (const auto above = routes_.find(path.substr(0, slash + 1)); above != routes_.end())
      return &above->second;
    if (slash == 0) break;
  }
  return nullptr;
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  const bool only_reads = method == "GET" || method == "OPTIONS";
  Match match{.effect = only_reads ? Effect::Reads : Effect::Changes};
  const Routes* routes = routes_of(path);
  if (routes == nullptr) return match;
  for (const Route& route : *routes) {
    if (route.methods.empty() || std::ranges::find(route.methods, method) != route.methods.end()) {
      match.handler = &route.handler;
      if (!only_reads) match.effect = route.others;
      return match;
    }
    for (const std::string& allowed : route.methods) {
      if (!match.allowed.empty()) match.allowed += ", ";
      match.allowed += allowed;
    }
  }
  return match;
}

}  // namespace sonde::http
