#include <doctest/doctest.h>

#include "tests/unit/scraper/api/fixture.h"

namespace sonde::api {

TEST_SUITE("api/rule_handlers") {
  TEST_CASE("a server without rules answers empty lists in the right shape") {
    Fixture f;
    CHECK(data_of(f.ask(rules, {})) == R"({"groups":[]})");
    CHECK(data_of(f.ask(rules, {{"type", "alert"}})) == R"({"groups":[]})");
    CHECK(data_of(f.ask(alerts, {})) == R"({"alerts":[]})");
    CHECK(data_of(f.ask(alertmanagers, {})) == R"({"activeAlertmanagers":[],"droppedAlertmanagers":[]})");
  }

  TEST_CASE("an unknown type of rule is bad data") {
    Fixture f;
    CHECK(
        f.ask(rules, {{"type", "x"}}).body ==
        R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"type\": not supported value \"x\""})");
  }
}

}  // namespace sonde::api
