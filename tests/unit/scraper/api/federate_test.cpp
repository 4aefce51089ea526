#include <doctest/doctest.h>

#include <bit>

#include "scraper/storage/row.h"
#include "tests/unit/scraper/api/fixture.h"

namespace sonde::api {

TEST_SUITE("api/federate") {
  TEST_CASE("the newest sample of each series stands under its untyped name") {
    Fixture f;
    const auto response = f.ask(federate, {{"match[]", R"({job=~".+"})"}});
    CHECK(response.status == 200);
    CHECK(response.content_type.starts_with("text/plain; version=0.0.4"));
    CHECK(response.body ==
          "# TYPE load untyped\n"
          "load{instance=\"\",job=\"scraper\"} 1.5 999500\n"
          "# TYPE up untyped\n"
          "up{instance=\"a:1\",job=\"node\"} 1 999000\n"
          "up{instance=\"b:1\",job=\"node\"} 0 999000\n");
  }

  TEST_CASE("external labels are added where the series has none") {
    Fixture f;
    f.server.external = Labels{{"cluster", "x"}, {"job", "outer"}};
    CHECK(f.ask(federate, {{"match[]", "load"}}).body ==
          "# TYPE load untyped\nload{instance=\"\",cluster=\"x\",job=\"scraper\"} 1.5 999500\n");
  }

  TEST_CASE("what is stale or older than the lookback is left out") {
    Fixture f;
    f.source.all[0].points.push_back({999'900, std::bit_cast<double>(storage::kStaleNanBits)});
    f.source.all[1].points = {{1'000'000 - 300'000, 1}};
    CHECK(f.ask(federate, {{"match[]", "up"}}).body.empty());
    f.source.all[1].points = {{1'000'000 - 299'999, 1}};
    CHECK(f.ask(federate, {{"match[]", "up"}}).body.find("b:1") != std::string::npos);
  }

  TEST_CASE("a series in two selections comes once and a bad selector is refused") {
    Fixture f;
    CHECK(f.ask(federate, {{"match[]", "load"}, {"match[]", R"({job="scraper"})"}}).body ==
          "# TYPE load untyped\nload{instance=\"\",job=\"scraper\"} 1.5 999500\n");
    CHECK(f.ask(federate, {{"match[]", "up{"}}).status == 400);
    CHECK(f.ask(federate, {}).body.empty());
  }
}

}  // namespace sonde::api
