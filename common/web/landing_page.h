#pragma once
// The page at "/" and the health endpoints that every binary has. HTML without anything from outside.

#include <functional>
#include <string>
#include <vector>

#include "common/http_server/server.h"

namespace sonde::web {

struct LandingLink {
  std::string path;
  std::string text;
};

struct LandingPage {
  std::string title;  // "Node Exporter"
  std::string description;
  std::string version;
  std::vector<LandingLink> links;
  std::function<std::string()> more{};  // HTML below the links, made anew for each request
};

std::string write_landing_page(const LandingPage& page);

// Serves the page at exactly "/", below the server's route prefix; other paths without a route are 404.
void serve_landing_page(http::Server& server, const LandingPage& page, const std::string& route_prefix = "");

// GET /-/healthy: 200 for as long as the process lives. GET /-/ready: 503 until `is_ready` says true.
void serve_health(http::Server& server, std::string title, std::function<bool()> is_ready);

std::string escape_html(std::string_view text);

}  // namespace sonde::web
