#pragma once
// Which handler serves a method and a path. Filled before the server listens, read by its thread only.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/http_server/request.h"

namespace sonde::http {

class Router {
 public:
  // `methods` separated by blanks; "" takes any. `others`: what methods beside GET and OPTIONS do.
  void add(std::string_view methods, std::string_view path, Handler handler, Effect others = Effect::Changes);

  struct Match {
    const Handler* handler{};  // Lives as long as the router.
    Effect effect = Effect::Changes;
    std::string allowed{};  // of a known path that has no such method: for the Allow header
  };
  Match find(std::string_view method, std::string_view path) const;

 private:
  struct Route {
    std::vector<std::string> methods;
    Handler handler;
    Effect others;
  };
  using Routes = std::vector<Route>;
  const Routes* routes_of(std::string_view path) const;

  std::map<std::string, Routes, std::less<>> routes_;
};

}  // namespace sonde::http
