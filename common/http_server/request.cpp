#include "common/http_server/request.h"

#include "common/core/text.h"
#include "common/http_server/exchange.h"

namespace sonde::http {

namespace {

struct PageHeader {
  std::string_view name;
  std::string_view value;
};
constexpr PageHeader kPageHeaders[] = {
    {"Content-Security-Policy",
     "base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"},
    {"Referrer-Policy", "same-origin"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "sameorigin"},
};

}  // namespace

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const Parameter& parameter : query) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Request::parameters(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const Parameter& parameter : query) {
    if (parameter.name == name) out.emplace_back(parameter.value);
  }
  return out;
}

std::string_view Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (equals_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

Response text_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response html_response(std::string body) {
  Response response;
  response.content_type = "text/html; charset=UTF-8";
  for (const auto& [name, value] : kPageHeaders) {
    response.headers.push_back({std::string(name), std::string(value)});
  }
  response.body = std::move(body);
  return response;
}

Responder::~Responder() {
  if (exchange_) exchange_->answer(text_response(500, "the handler gave no answer\n"));
}

void Responder::send(Response response) {
  if (!exchange_) return;
  const std::shared_ptr<Exchange> exchange = std::move(exchange_);
  exchange->answer(std::move(response));
}

void Responder::add_header(std::string name, std::string value) {
  if (exchange_) exchange_->add_header({std::move(name), std::move(value)});
}

bool Responder::cancelled() const {
  return exchange_ && exchange_->cancelled();
}

}  // namespace sonde::http
