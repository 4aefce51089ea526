#include "common/web/landing_page.h"

#include <doctest/doctest.h>

TEST_SUITE("web/landing_page") {
  TEST_CASE("the page names title and links and nothing from outside") {
    const std::string page = sonde::web::write_landing_page(
        {.title = "A <B>", .description = "d", .version = "1", .links = {{"/metrics?a=1&b=2", "Metrics"}}});
    CHECK(page.find("<h1>A &lt;B&gt;</h1>") != std::string::npos);
    CHECK(page.find("<a href=\"metrics?a=1&amp;b=2\">Metrics</a>") != std::string::npos);
    CHECK(page.find("://") == std::string::npos);
  }

  TEST_CASE("what a program adds stands below the links as it is") {
    const std::string page = sonde::web::write_landing_page(
        {.title = "A", .description = "", .version = "1", .links = {{"a", "A"}}, .more = [] {
           return "<p>more</p>";
         }});
    CHECK(page.find("</ul><p>more</p></main>") != std::string::npos);
  }

}  // TEST_SUITE
