#include "scraper/ctl/server_client.h"

#include <doctest/doctest.h>

namespace sonde::ctl {

TEST_SUITE("ctl/server_client") {
  TEST_CASE("forms are percent-encoded") {
    CHECK(encode_form({{"query", "up{a=\"b c\"}"}, {"match[]", "\xc3\xa9~-_."}}) ==
          "query=up%7Ba%3D%22b%20c%22%7D&match%5B%5D=%C3%A9~-_.");
    CHECK(encode_form({}).empty());
  }

  TEST_CASE("a header needs a name") {
    CHECK_FALSE(ServerClient::connect("http://x", {"nothing"}));
    CHECK_FALSE(ServerClient::connect("http://x", {"=v"}));
    CHECK(ServerClient::connect("http://x", {"a=b", "c: d"}));
  }

  TEST_CASE("a refused connection names the URL") {
    auto client = ServerClient::connect("127.0.0.1:1/", {});
    REQUIRE(client);
    const auto response = client->get("/-/ready");
    REQUIRE_FALSE(response);
    CHECK(response.error().message().starts_with("Get \"http://127.0.0.1:1/-/ready\": "));
  }
}

}  // namespace sonde::ctl
