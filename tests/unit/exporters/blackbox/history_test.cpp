#include "exporters/blackbox/history.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {

namespace {

ProbeRecord record(std::string_view module, std::string_view target, bool success, std::string_view log) {
  auto made = std::make_shared<Module>();
  made->name = module;
  ProbeRecord out;
  out.module = made;
  out.target = target;
  out.success = success;
  out.log = log;
  return out;
}

}  // namespace

TEST_SUITE("blackbox/history") {
  TEST_CASE("failures that are pushed out are kept and successes are not") {
    History history(2);
    history.add(record("m", "a", false, "1"));
    history.add(record("m", "b", true, "2"));
    history.add(record("m", "c", true, "3"));
    history.add(record("n", "a", true, "4"));
    REQUIRE(history.find(1));
    CHECK(history.find(1)->log == "1");
    CHECK_FALSE(history.find(2));
    CHECK(history.find("a", "")->log == "4");
    CHECK(history.find("a", "m")->log == "1");
    CHECK_FALSE(history.find("b", ""));
  }

  TEST_CASE("a limit of 0 keeps nothing") {
    History history(0);
    history.add(record("m", "a", false, "1"));
    CHECK(history.recent().empty());
  }
}

}  // namespace sonde::blackbox
