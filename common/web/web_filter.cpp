#include "common/web/web_filter.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace sonde::web {
namespace {

http::Response unauthorized() {
  http::Response response = http::text_response(401, "Unauthorized\n");
  response.headers.push_back({"WWW-Authenticate", "Basic"});
  return response;
}

// The dearest hash of the file: every refusal costs as much.
int cost_max(const WebConfig& config) {
  int cost = 0;
  for (const auto& [name, hash] : config.users) cost = std::max(cost, bcrypt_cost(hash));
  return cost;
}

// One call's way from the password check on; shared because a std::function copies what it holds.
struct Held {
  http::Request request;
  http::Responder responder;
  bool allowed;  // by the user's role
};

void finish(Held& held, PasswordChecker::Verdict verdict, const http::Handler& next) {
  switch (verdict) {
    case PasswordChecker::Verdict::Right:
      if (held.allowed) return next(std::move(held.request), std::move(held.responder));
      return held.responder.send(http::text_response(403, "this user may only read\n"));
    case PasswordChecker::Verdict::Wrong:
      return held.responder.send(unauthorized());
    case PasswordChecker::Verdict::Busy:
      return held.responder.send(http::text_response(503, "too many passwords are being checked\n"));
  }
}

}  // namespace

WebFilter::WebFilter(LiveConfig& config, loop::EventLoop& loop)
    : config_(config),
      loop_(loop),
      rate_interval_ns_(static_cast<double>(config.last().rate_interval.count())),
      rate_burst_(static_cast<double>(config.last().rate_burst)),
      tokens_(rate_burst_),
      checker_(loop) {}

bool WebFilter::take_token() {
  if (rate_interval_ns_ <= 0) return true;
  const int64_t now_ns = loop_.clock().monotonic_ns();
  const auto elapsed_ns = static_cast<double>(now_ns - tokens_at_ns_);
  tokens_ = std::min(rate_burst_, tokens_ + elapsed_ns / rate_interval_ns_);
  tokens_at_ns_ = now_ns;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void WebFilter::filter(http::Request request, http::Responder responder, const http::Handler& next) {
  const WebConfig* config = config_.current();
  if (config == nullptr) return responder.send(http::text_response(500, "Internal Server Error\n"));
  if (!take_token()) return responder.send(http::text_response(429, "Too Many Requests\n"));
  for (const auto& [name, value] : config->headers) responder.add_header(name, value);
  if (config->users.empty()) return next(std::move(request), std::move(responder));
  authenticate(*config, std::move(request), std::move(responder), next);
}

void WebFilter::authenticate(const WebConfig& config, http::Request request, http::Responder responder,
                             const http::Handler& next) {
  const auto credentials = read_basic_credentials(request.header("Authorization"));
  if (!credentials) return responder.send(unauthorized());
  const auto user = config.users.find(credentials->user);
  const auto role = config.roles.find(credentials->user);
  const bool allowed =
      role == config.roles.end() || role->second == Role::Admin || request.effect == http::Effect::Reads;
  auto held = std::make_shared<Held>(Held{std::move(request), std::move(responder), allowed});
  checker_.check(*credentials,
                 {.hash = user == config.users.end() ? "" : user->second, .cost_max = cost_max(config)},
                 [held, &next](PasswordChecker::Verdict verdict) { finish(*held, verdict, next); });
}

}  // namespace sonde::web
