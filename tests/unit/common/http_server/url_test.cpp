#include "common/http_server/url.h"

#include <doctest/doctest.h>

using sonde::http::append_parameters;
using sonde::http::Parameter;
using sonde::http::split_target;

namespace {

std::string read(std::string_view query) {
  std::vector<Parameter> parameters;
  append_parameters(query, parameters);
  std::string out;
  for (const Parameter& parameter : parameters) out += "[" + parameter.name + "=" + parameter.value + "]";
  return out;
}

}  // namespace

TEST_SUITE("http_server/url") {
  TEST_CASE("pairs are read in order and empty ones passed over") {
    CHECK(read("a=1&b=2&a=3") == "[a=1][b=2][a=3]");
    CHECK(read("&&a&=x&b==c&") == "[a=][=x][b==c]");
    CHECK(read("match[]=up%7Bx%3D%22y%22%7D&q=1+1") == "[match[]=up{x=\"y\"}][q=1 1]");
    CHECK(read("") == "");
  }

  TEST_CASE("a pair with a malformed escape or a semicolon is left out") {
    CHECK(read("a=%z&b=1;c=2&d=4") == "[d=4]");
  }

  TEST_CASE("no more than the limit of parameters is kept") {
    std::string query;
    for (size_t i = 0; i < sonde::http::kParametersMax + 5; ++i) query += "a&";
    std::vector<Parameter> parameters;
    append_parameters(query, parameters);
    CHECK(parameters.size() == sonde::http::kParametersMax);
  }

  TEST_CASE("a target in absolute form loses scheme and host") {
    CHECK(split_target("http://host:1/x/y?a=b?c").path == "/x/y");
    CHECK(split_target("http://host:1/x/y?a=b?c").query == "a=b?c");
    CHECK(split_target("http://host").path == "/");
    CHECK(split_target("/x?u=http://y").path == "/x");
    CHECK(split_target("?a").path == "/");
  }

}  // TEST_SUITE
