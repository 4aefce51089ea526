#include "scraper/promql/function_table.h"

#include <doctest/doctest.h>

namespace sonde::promql {
namespace {

TEST_SUITE("promql/function_table") {
  TEST_CASE("every row can be found and has a body or is known to have none") {
    for (const FunctionSpec& function : functions()) {
      CHECK(find_function(function.name) == &function);
      const bool has_body = function.map != nullptr || function.range != nullptr || function.eval != nullptr;
      CHECK_MESSAGE(has_body == !function.selects_labels, function.name);
    }
    CHECK(find_function("holt_winters") == nullptr);
  }
}

}  // namespace
}  // namespace sonde::promql
