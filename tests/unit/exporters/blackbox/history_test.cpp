#include "exporters/blackbox/history.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {

TEST_SUITE("blackbox/history") {
  TEST_CASE("failures that are pushed out are kept and successes are not") {
    History history(2);
    history.add({.id = 0, .module = "m", .target = "a", .success = false, .report = "1"});
    history.add({.id = 0, .module = "m", .target = "b", .success = true, .report = "2"});
    history.add({.id = 0, .module = "m", .target = "c", .success = true, .report = "3"});
    history.add({.id = 0, .module = "n", .target = "a", .success = true, .report = "4"});
    REQUIRE(history.find(1));
    CHECK(history.find(1)->report == "1");
    CHECK_FALSE(history.find(2));
    CHECK(history.find("a", "")->report == "4");
    CHECK(history.find("a", "m")->report == "1");
    CHECK_FALSE(history.find("b", ""));
  }

  TEST_CASE("a limit of 0 keeps nothing") {
    History history(0);
    history.add({});
    CHECK(history.recent().empty());
  }
}

}  // namespace sonde::blackbox
