#include "common/http_server/request.h"

#include <doctest/doctest.h>

using sonde::http::Request;

TEST_SUITE("http_server/request") {
  TEST_CASE("the first value of a parameter is given and all of them in order") {
    Request request;
    request.query = {{"a", "1"}, {"b", ""}, {"a", "2"}};
    CHECK(request.parameter("a") == "1");
    CHECK(request.parameter("b") == "");
    CHECK_FALSE(request.parameter("c"));
    CHECK(request.parameters("a") == std::vector<std::string_view>{"1", "2"});
  }

  TEST_CASE("header names are found in any case") {
    Request request;
    request.headers = {{"X-Key", "v"}};
    CHECK(request.header("x-kEY") == "v");
    CHECK(request.header("x-ke").empty());
  }

}  // TEST_SUITE
