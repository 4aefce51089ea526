#include "common/web/web_filter.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace sonde::web {
namespace {

http::Response unauthorized() {
  http::Response response = http::text_response(401, "Unauthorized\n");
  response.headers.push_back({"WWW-Authenticate", "Basic"});
  return response;
}

}  // namespace

WebFilter::WebFilter(std::string path, WebConfig config, loop::EventLoop& loop, Logger& logger)
    : path_(std::move(path)),
      config_(std::move(config)),
      rate_interval_(config_.rate_interval),
      rate_burst_(static_cast<double>(config_.rate_burst)),
      stamp_(stamp_of(path_)),
      loop_(loop),
      logger_(logger),
      tokens_(rate_burst_),
      checker_(loop) {}

WebFilter::Stamp WebFilter::stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {.modified_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec,
          .size_bytes = info.st_size,
          .inode = info.st_ino};
}

// The originals read the file for every request; reading it when it has changed looks the same.
void WebFilter::refresh() {
  const Stamp stamp = stamp_of(path_);
  if (stamp == stamp_) return;
  stamp_ = stamp;
  auto loaded = load_web_config(path_);
  broken_ = !loaded;
  if (loaded) {
    config_ = std::move(*loaded);
  } else {
    logger_.error("cannot use the web configuration", {{"err", loaded.error().message()}});
  }
}

bool WebFilter::take_token() {
  if (rate_interval_.count() <= 0) return true;
  const int64_t now_ns = loop_.clock().monotonic_ns();
  const auto elapsed = static_cast<double>(now_ns - tokens_at_ns_);
  tokens_ = std::min(rate_burst_, tokens_ + elapsed / (static_cast<double>(rate_interval_.count()) * 1e6));
  tokens_at_ns_ = now_ns;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void WebFilter::filter(http::Request request, http::Responder responder, const http::Handler& next) {
  refresh();
  if (broken_) return responder.send(http::text_response(500, "Internal Server Error\n"));
  for (const auto& [name, value] : config_.headers) {
    if (!value.empty()) responder.add_header(name, value);
  }
  if (!take_token()) return responder.send(http::text_response(429, "Too Many Requests\n"));
  if (config_.users.empty()) return next(std::move(request), std::move(responder));
  const auto credentials = read_basic_credentials(request.header("Authorization"));
  if (!credentials) return responder.send(unauthorized());
  const auto user = config_.users.find(credentials->user);
  // Shared because a std::function copies what it holds; there is one call.
  auto held =
      std::make_shared<std::pair<http::Request, http::Responder>>(std::move(request), std::move(responder));
  checker_.check(*credentials, user == config_.users.end() ? "" : user->second,
                 [held, &next](PasswordChecker::Verdict verdict) {
                   auto& [asked, to] = *held;
                   switch (verdict) {
                     case PasswordChecker::Verdict::Right:
                       return next(std::move(asked), std::move(to));
                     case PasswordChecker::Verdict::Wrong:
                       return to.send(unauthorized());
                     case PasswordChecker::Verdict::Busy:
                       return to.send(http::text_response(503, "too many passwords are being checked\n"));
                   }
                 });
}

}  // namespace sonde::web
