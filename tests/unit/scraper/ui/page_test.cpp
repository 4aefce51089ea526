#include "scraper/ui/page.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::ui {

TEST_SUITE("ui/page") {
  TEST_CASE("title and prefix are put in and escaped") {
    const std::string html = page("A & <b>", "/p\"x");
    CHECK(html.find("<title>A &amp; &lt;b&gt;</title>") != std::string::npos);
    CHECK(html.find("const prefix = \"/p&quot;x\";") != std::string::npos);
    CHECK(html.find('@' + std::string("TITLE@")) == std::string::npos);
    CHECK(html.find('@' + std::string("PREFIX@")) == std::string::npos);
  }

  TEST_CASE("nothing is loaded from elsewhere") {
    const std::string html = page("t", "");
    for (const char* word : {"http:", "https:", "src=", "@import", "url("}) {
      CAPTURE(word);
      CHECK(html.find(word) == std::string::npos);
    }
  }

  TEST_CASE("an at sign that belongs to no key stays") {
    CHECK(page("t", "").find(" @\" + time") != std::string::npos);
  }
}

}  // namespace sonde::ui
