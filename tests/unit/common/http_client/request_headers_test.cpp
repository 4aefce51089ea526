#include "common/http_client/request_headers.h"

#include <doctest/doctest.h>

namespace http = sonde::http;

TEST_SUITE("http_client/request_headers") {
  TEST_CASE("credentials become header lines") {
    http::FileCache files;
    http::ClientConfig config;
    CHECK(http::credential_lines(config, files)->empty());
    config.authorization.credentials.text = "t";
    config.http_headers.push_back({.name = "A", .values = {"1", "2"}, .secrets = {"3"}, .files = {}});
    CHECK(*http::credential_lines(config, files) ==
          std::vector<std::string>{"Authorization: Bearer t", "A: 1", "A: 2", "A: 3"});
    config.basic_auth.username.text = "u";
    CHECK(http::credential_lines(config, files)->front() == "Authorization: Basic dTo=");
    config.basic_auth.password.file = "/nonexistent/password";
    CHECK(http::credential_lines(config, files).error().message() ==
          "basic_auth: password_file: cannot read /nonexistent/password: No such file or directory");
  }
}
