#include "common/web/landing_page.h"

#include <utility>

namespace sonde::web {
namespace {

constexpr std::string_view kStyle =
    "body{font-family:system-ui,sans-serif;margin:0;color:#222;background:#fff}"
    "header{background:#2b4a5f;color:#fff;padding:.8rem 1.2rem}h1{font-size:1.3rem;margin:0}"
    "main{padding:1rem 1.2rem;line-height:1.6}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#8ac}}";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string write_landing_page(const LandingPage& page) {
  const std::string title = escape_html(page.title);
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"UTF-8\"><title>" + title;
  out += "</title><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>";
  out += kStyle;
  out += "</style></head>\n<body><header><h1>" + title + "</h1></header><main>\n";
  if (!page.description.empty()) out += "<p>" + escape_html(page.description) + "</p>\n";
  out += "<p>Version: " + escape_html(page.version) + "</p>\n<ul>\n";
  for (const LandingLink& link : page.links) {
    // Relative, for what may stand before our paths.
    const std::string_view path = std::string_view(link.path).substr(link.path.starts_with('/') ? 1 : 0);
    out += "<li><a href=\"" + escape_html(path) + "\">" + escape_html(link.text) + "</a></li>\n";
  }
  return out + "</ul>" + (page.more ? page.more() : "") + "</main></body></html>\n";
}

void serve_landing_page(http::Server& server, const LandingPage& page, const std::string& route_prefix) {
  server.route("", "/",
               [page, root = route_prefix + "/"](const http::Request& request, http::Responder responder) {
                 if (request.path != root) {
                   responder.send(http::text_response(404, "404 page not found\n"));
                 } else {
                   responder.send(http::html_response(write_landing_page(page)));
                 }
               });
}

void serve_health(http::Server& server, std::string title, std::function<bool()> is_ready) {
  server.route("GET", "/-/healthy",
               [text = title + " is Healthy.\n"](const http::Request&, http::Responder to) {
                 to.send(http::text_response(200, text));
               });
  server.route(
      "GET", "/-/ready",
      [title = std::move(title), is_ready = std::move(is_ready)](const http::Request&, http::Responder to) {
        const bool ready = is_ready();
        to.send(
            http::text_response(ready ? 200 : 503, title + (ready ? " is Ready.\n" : " is not ready.\n")));
      });
}

}  // namespace sonde::web
