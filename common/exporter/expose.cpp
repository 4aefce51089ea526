// expose(), answer_by() and deadline_of(): what a handler needs that answers a scraper.

#include <algorithm>
#include <memory>
#include <utility>

#include "common/core/number_text.h"
#include "common/exporter/frame.h"
#include "common/exposition/negotiation.h"
#include "common/exposition/page_writer.h"

namespace sonde::exporter {

http::Response expose(const http::Request& request, std::string text_page) {
  const exposition::Negotiated negotiated = exposition::negotiate(request.header("Accept"), {});
  http::Response response;
  response.content_type = exposition::content_type(negotiated);
  if (exposition::serves_as_is(text_page, negotiated)) {
    response.body = std::move(text_page);
    return response;
  }
  auto converted = exposition::convert_page(text_page, negotiated);
  if (!converted)
    return http::text_response(500, "cannot write the page: " + converted.error().message() + "\n");
  response.body = std::move(*converted);
  return response;
}

Answer answer_by(http::Request request, http::Responder responder) {
  // Shared because a std::function copies what it holds; there is one call.
  auto held =
      std::make_shared<std::pair<http::Request, http::Responder>>(std::move(request), std::move(responder));
  return [held](http::Response response) {
    const bool is_page = response.status == 200;
    held->second.send(is_page ? expose(held->first, std::move(response.body)) : std::move(response));
  };
}

int64_t deadline_of(const http::Request& request, const Clock& clock, std::chrono::milliseconds fallback,
                    std::chrono::milliseconds offset) {
  constexpr double kTimeoutSecondsMax = 3600;
  auto timeout = fallback;
  const auto seconds = parse_number(request.header("X-Prometheus-Scrape-Timeout-Seconds"));
  if (seconds && *seconds > 0) {
    timeout = std::chrono::milliseconds(static_cast<int64_t>(std::min(*seconds, kTimeoutSecondsMax) * 1000));
  }
  if (offset < timeout) timeout -= offset;
  return clock.monotonic_ns() + std::chrono::nanoseconds(timeout).count();
}

}  // namespace sonde::exporter
