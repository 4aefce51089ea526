#pragma once
// Puts a web.config.file to use in front of every route: users, roles, response headers, rate limit. On the
// loop's thread; outlives the server it filters for.

#include "common/http_server/server.h"
#include "common/web/live_config.h"
#include "common/web/password_check.h"

namespace sonde::web {

class WebFilter final : public http::RequestFilter {
 public:
  // The configuration must have been loaded well.
  WebFilter(LiveConfig& config, loop::EventLoop& loop);

  void filter(http::Request request, http::Responder responder, const http::Handler& next) override;

 private:
  bool take_token();
  void authenticate(const WebConfig& config, http::Request request, http::Responder responder,
                    const http::Handler& next);

  LiveConfig& config_;
  loop::EventLoop& loop_;
  const double rate_interval_ns_;
  const double rate_burst_;
  double tokens_;
  int64_t tokens_at_ns_ = 0;
  PasswordChecker checker_;
};

}  // namespace sonde::web
