#include <doctest/doctest.h>

#include "common/http_client/client_config_yaml.h"
#include "common/yaml/writer.h"

namespace sonde::http {
namespace {

ClientConfig good(std::string_view text) {
  ClientConfig out;
  const Status status = yaml::load(text, "t.yml", out);
  REQUIRE_MESSAGE(status.ok(), status.error().message());
  return out;
}

std::string error_of(std::string_view text) {
  ClientConfig out;
  const Status status = yaml::load(text, "t.yml", out);
  return status ? "accepted" : status.error().message();
}

std::string shown(std::string_view text) {
  yaml::Node map = yaml::make_map();
  put_client_config(map, good(text));
  return yaml::write(map);
}

TEST_SUITE("scraper/config/client_config") {
  TEST_CASE("every key is read") {
    const ClientConfig config = good(
        "basic_auth: {username: u, password_file: p}\ntls_config: {ca: c, cert_file: x, key_file: y, "
        "server_name: s, "
        "insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}\nfollow_redirects: false\n"
        "enable_http2: false\nproxy_url: http://p:1\nno_proxy: a,b\nproxy_connect_header: {A: [b]}\n"
        "http_headers: {X: {values: [v], secrets: [s], files: [f]}}\n");
    CHECK(config.basic_auth.username.text == "u");
    CHECK(config.basic_auth.password.file == "p");
    CHECK(config.tls.ca.text == "c");
    CHECK(config.tls.insecure_skip_verify);
    CHECK(config.tls.max_version == "TLS13");
    CHECK_FALSE(config.follow_redirects);
    CHECK_FALSE(config.enable_http2);
    CHECK(config.no_proxy == "a,b");
    REQUIRE(config.proxy_connect_headers.size() == 1);
    CHECK(config.proxy_connect_headers[0].secrets[0] == "b");
    REQUIRE(config.http_headers.size() == 1);
    CHECK(config.http_headers[0].name == "X");
    CHECK(config.http_headers[0].files[0] == "f");
  }

  TEST_CASE("a bearer token is an authorization") {
    CHECK(good("bearer_token: t\n").authorization.credentials.text == "t");
    CHECK(good("bearer_token_file: f\n").authorization.credentials.file == "f");
    CHECK(good("authorization: {type: ' X ', credentials: c}\n").authorization.type == "X");
    CHECK(good("authorization: {type: '', credentials: c}\n").authorization.type == "Bearer");
  }

  TEST_CASE("combinations that exclude each other are refused") {
    for (const char* text : {
             "bearer_token: a\nbearer_token_file: b\n",
             "basic_auth: {username: a}\nbearer_token: b\n",
             "basic_auth: {username: a}\nauthorization: {credentials: b}\n",
             "basic_auth: {username: a}\noauth2: {client_id: a, token_url: b}\n",
             "authorization: {credentials: a}\nbearer_token: b\n",
             "authorization: {credentials: a, credentials_file: b}\n",
             "authorization: {type: Basic, credentials: a}\n",
             "basic_auth: {username: a, username_file: b}\n",
             "basic_auth: {password: a, password_file: b}\n",
             "oauth2: {token_url: b}\n",
             "oauth2: {client_id: b}\n",
             "oauth2: {client_id: a, token_url: b, client_secret: c, client_secret_file: d}\n",
             "tls_config: {cert_file: a}\n",
             "tls_config: {key_file: a}\n",
             "tls_config: {ca: a, ca_file: b}\n",
             "tls_config: {min_version: TLS14}\n",
             "proxy_url: http://a\nproxy_from_environment: true\n",
             "no_proxy: a\n",
             "no_proxy: a\nproxy_from_environment: true\n",
             "proxy_connect_header: {A: [b]}\n",
             "http_headers: {Host: {values: [a]}}\n",
             "http_headers: {authorization: {values: [a]}}\n",
             "proxy_url: 'http://a b'\n",
             "unknown: 1\n",
         }) {
      CAPTURE(text);
      CHECK(error_of(text).find("t.yml: line ") == 0);
    }
  }

  TEST_CASE("secrets are hidden and defaults are shown") {
    CHECK(shown("{}\n") == "follow_redirects: true\nenable_http2: true\n");
    const std::string text = shown(
        "basic_auth: {username: u, password: topsecret}\ntls_config: {cert: c, key: topsecret}\n"
        "proxy_url: http://u:topsecret@p:1\nproxy_connect_header: {A: [topsecret]}\n"
        "http_headers: {X: {secrets: [topsecret]}}\n");
    CHECK(text.find("topsecret") == std::string::npos);
    CHECK(text.find("password: <secret>") != std::string::npos);
    CHECK(text.find("proxy_url: http://u:xxxxx@p:1") != std::string::npos);
    CHECK(shown("bearer_token: topsecret\n").find("topsecret") == std::string::npos);
    CHECK(shown("oauth2: {client_id: a, token_url: b, client_secret: topsecret}\n").find("topsecret") ==
          std::string::npos);
  }

  TEST_CASE("relative paths start at the folder") {
    ClientConfig config = good(
        "authorization: {credentials_file: c}\ntls_config: {ca_file: /abs, cert_file: x, key_file: y}\n"
        "http_headers: {X: {files: [f]}}\n");
    join_folder(config, "/etc/p");
    CHECK(config.authorization.credentials.file == "/etc/p/c");
    CHECK(config.tls.ca.file == "/abs");
    CHECK(config.tls.key.file == "/etc/p/y");
    CHECK(config.http_headers[0].files[0] == "/etc/p/f");
    std::string path = "x";
    join_folder(path, "/");
    CHECK(path == "/x");
  }

  TEST_CASE("URLs are checked as leniently as the reference does") {
    for (const char* url :
         {"http://a", "localhost:9090", "", "/path", "https://[::1]:80/x?y#z", "unix:///run/x"}) {
      CAPTURE(url);
      CHECK(check_url(url).ok());
    }
    for (const char* url :
         {":x", "http://a b/", "http://a:b/", "http://[::1", "http://a/%zz", "http://a\n"}) {
      CAPTURE(url);
      CHECK_FALSE(check_url(url).ok());
    }
    CHECK(check_http_url("https://a:1/x").ok());
    for (const char* url : {"", "a", "ftp://a", "http://", "http:///x", "http://u@/"}) {
      CAPTURE(url);
      CHECK_FALSE(check_http_url(url).ok());
    }
    CHECK(hide_password("http://u:p@h/x") == "http://u:xxxxx@h/x");
    CHECK(hide_password("http://u@h:1/x") == "http://u@h:1/x");
  }
}

}  // namespace
}  // namespace sonde::http
