#include "scraper/ctl/server_client.h"

#include <chrono>
#include <optional>

#include "common/core/percent.h"
#include "common/core/text.h"

namespace sonde::ctl {
namespace {

constexpr std::chrono::minutes kTimeout{5};  // a query may take its server's two minutes

Result<http::FetchHeader> parse_header(std::string_view text) {
  const size_t at = text.find_first_of(":=");
  if (at == std::string_view::npos || trim(text.substr(0, at)).empty()) {
    return Error(ErrorCode::InvalidArgument, "header " + quoted(text) + ": want name=value");
  }
  return http::FetchHeader{std::string(trim(text.substr(0, at))), std::string(trim(text.substr(at + 1)))};
}

}  // namespace

std::string encode_form(const Form& form) {
  std::string out;
  for (const auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    append_percent_encoded(out, name);
    out += '=';
    append_percent_encoded(out, value);
  }
  return out;
}

Result<ServerClient> ServerClient::connect(std::string url, const std::vector<std::string>& headers) {
  ServerClient out;
  if (url.find("://") == std::string::npos) url.insert(0, "http://");
  while (url.ends_with('/')) url.pop_back();
  out.url_ = std::move(url);
  for (const std::string& text : headers) {
    auto header = parse_header(text);
    if (!header) return header.error();
    out.headers_.push_back(*std::move(header));
  }
  out.parts_ = std::make_unique<Parts>();
  auto loop = loop::EventLoop::make(out.parts_->clock);
  if (!loop) return loop.error();
  out.parts_->loop = *std::move(loop);
  out.parts_->client = std::make_unique<http::Client>(*out.parts_->loop, out.parts_->logger);
  return out;
}

Result<http::FetchResponse> ServerClient::get(std::string_view path, const Form& query) {
  http::FetchRequest request;
  request.url = url_ + std::string(path);
  if (!query.empty()) request.url += "?" + encode_form(query);
  return fetch(std::move(request));
}

Result<http::FetchResponse> ServerClient::post(std::string_view path, const Form& form) {
  http::FetchRequest request;
  request.url = url_ + std::string(path);
  request.method = "POST";
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = encode_form(form);
  return fetch(std::move(request));
}

Result<http::FetchResponse> ServerClient::fetch(http::FetchRequest request) {
  request.headers.insert(request.headers.end(), headers_.begin(), headers_.end());
  request.timeout = kTimeout;
  request.accept_gzip = true;
  const std::string url = request.url;
  std::optional<Result<http::FetchResponse>> answer;
  parts_->client->fetch(std::move(request), std::make_shared<const http::ClientConfig>(),
                        [&](Result<http::FetchResponse> response) {
                          answer = std::move(response);
                          parts_->loop->stop();
                        });
  parts_->loop->run();
  if (!answer) return Error(ErrorCode::Unavailable, url + ": no answer");
  return *std::move(answer);
}

}  // namespace sonde::ctl
