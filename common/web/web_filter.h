#pragma once
// Puts a web.config.file to use in front of every route: users, response headers, rate limit. Users and
// headers follow the file while the server runs; TLS and the rate limit are those of the start. On the loop's
// thread; outlives the server it filters for.

#include <memory>
#include <string>

#include "common/core/clock.h"
#include "common/http_server/server.h"
#include "common/web/password_check.h"
#include "common/web/web_config.h"

namespace sonde::web {

class WebFilter final : public http::RequestFilter {
 public:
  // `config` is what was loaded from `path` at the start.
  WebFilter(std::string path, WebConfig config, loop::EventLoop& loop, Logger& logger);

  void filter(http::Request request, http::Responder responder, const http::Handler& next) override;

 private:
  // Identity of a file's content, as far as stat tells.
  struct Stamp {
    int64_t modified_ns = 0;
    int64_t size_bytes = -1;
    uint64_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  static Stamp stamp_of(const std::string& path);
  void refresh();
  bool take_token();

  const std::string path_;
  WebConfig config_;
  const std::chrono::milliseconds rate_interval_;
  const double rate_burst_;
  Stamp stamp_;
  bool broken_ = false;  // the file as it is now cannot be used
  loop::EventLoop& loop_;
  Logger& logger_;
  double tokens_;
  int64_t tokens_at_ns_ = 0;
  PasswordChecker checker_;
};

}  // namespace sonde::web
