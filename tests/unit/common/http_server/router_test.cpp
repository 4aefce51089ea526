#include "common/http_server/router.h"

#include <doctest/doctest.h>

using sonde::http::Handler;
using sonde::http::Request;
using sonde::http::Responder;
using sonde::http::Router;

TEST_SUITE("http_server/router") {
  TEST_CASE("an exact path wins and then the longest that ends in a slash") {
    Router router;
    const Handler nothing = [](const Request&, const Responder&) {};
    for (const char* path : {"/", "/a", "/a/", "/a/b/"}) router.add("GET", path, nothing);
    const auto at = [&](std::string_view path) { return router.find("GET", path).handler; };
    CHECK(at("/a") != at("/a/"));
    CHECK(at("/a/x") == at("/a/"));
    CHECK(at("/a/b") == at("/a/"));
    CHECK(at("/a/b/c/d") == at("/a/b/"));
    CHECK(at("/other") == at("/"));
  }

  TEST_CASE("methods of one path may be added one by one") {
    Router router;
    const Handler nothing = [](const Request&, const Responder&) {};
    router.add("GET", "/a", nothing);
    router.add("PUT POST", "/a", nothing);
    router.add("", "/any", nothing);
    CHECK(router.find("POST", "/a").handler != nullptr);
    CHECK(router.find("DELETE", "/a").handler == nullptr);
    CHECK(router.find("DELETE", "/a").allowed == "GET, PUT, POST");
    CHECK(router.find("DELETE", "/any").handler != nullptr);
    CHECK(router.find("GET", "/b").allowed.empty());
  }

  TEST_CASE("a route says what its methods do and reading is what GET does") {
    using sonde::http::Effect;
    Router router;
    const Handler nothing = [](const Request&, const Responder&) {};
    router.add("GET POST OPTIONS", "/query", nothing, Effect::Reads);
    router.add("GET POST OPTIONS", "/change", nothing);
    CHECK(router.find("POST", "/query").effect == Effect::Reads);
    CHECK(router.find("POST", "/change").effect == Effect::Changes);
    CHECK(router.find("GET", "/change").effect == Effect::Reads);
    CHECK(router.find("OPTIONS", "/change").effect == Effect::Reads);
    CHECK(router.find("DELETE", "/query").effect == Effect::Changes);
    CHECK(router.find("GET", "/absent").effect == Effect::Reads);
  }

}  // TEST_SUITE
