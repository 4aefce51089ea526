#include "common/exposition/lint.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/common/exposition/golden.h"

namespace sonde::exposition {

TEST_SUITE("exposition/lint") {
  TEST_CASE("the lint finds what promtool finds") {
    const auto problems = lint_page(read_golden("lint.txt"));
    REQUIRE(problems);
    std::string text;
    for (const LintProblem& problem : *problems) text += problem.metric + " " + problem.text + "\n";
    CHECK(text == read_golden("lint.expected"));
  }

  TEST_CASE("equal series are found and cardinality counts lines") {
    const auto problems =
        lint_page("# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"1\"} 2\na{x=\"2\"} 2\n");
    REQUIRE(problems);
    REQUIRE(problems->size() == 1);
    CHECK(problems->front() == LintProblem{.metric = "a", .text = "metric not unique"});
    const auto counts = count_cardinality(read_golden("page.txt"));
    REQUIRE(counts);
    CHECK(counts->front().metric == "h");
    CHECK(counts->front().series_count == 9);
    CHECK_FALSE(lint_page("a b\n"));
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
