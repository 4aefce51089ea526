#include "scraper/promql/annotations.h"

#include <doctest/doctest.h>

namespace sonde::promql {
namespace {

TEST_SUITE("promql/annotations") {
  TEST_CASE("equal texts count once and have the first position") {
    Annotations annotations;
    annotations.warn("b", {6, 7});
    annotations.warn("b", {9, 10});
    annotations.warn("a", {0, 1});
    annotations.info("c", {2, 3});
    CHECK(annotations.warnings("0123\n56789") ==
          std::vector<std::string>{"PromQL warning: a (1:1)", "PromQL warning: b (2:2)"});
    CHECK(annotations.infos("") == std::vector<std::string>{"PromQL info: c"});
  }
}

}  // namespace
}  // namespace sonde::promql
