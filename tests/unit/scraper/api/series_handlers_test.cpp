#include <doctest/doctest.h>

#include "tests/unit/scraper/api/fixture.h"

namespace sonde::api {

TEST_SUITE("api/series_handlers") {
  TEST_CASE("label names are a sorted list") {
    Fixture f;
    CHECK(data_of(f.ask(label_names, {})) == R"(["__name__","instance","job"])");
    CHECK(data_of(f.ask(label_names, {{"match[]", "load"}})) == R"(["__name__","job"])");
  }

  TEST_CASE("label values follow the name in the path and the prefix before it") {
    Fixture f;
    CHECK(data_of(f.ask(label_values, {}, "/api/v1/label/job/values")) == R"(["node","scraper"])");
    CHECK(data_of(f.ask(label_values, {{"match[]", "load"}}, "/api/v1/label/job/values")) ==
          R"(["scraper"])");
    CHECK(data_of(f.ask(label_values, {}, "/api/v1/label/U__job/values")) == R"(["node","scraper"])");
    f.options.prefix = "/prom";
    CHECK(data_of(f.ask(label_values, {}, "/prom/api/v1/label/job/values")) == R"(["node","scraper"])");
  }

  TEST_CASE("a path that names no label is an error") {
    Fixture f;
    CHECK(f.ask(label_values, {}, "/api/v1/label/job").status == 404);
    CHECK(f.ask(label_values, {}, "/api/v1/label//values").status == 400);
    CHECK(f.ask(label_values, {}, "/api/v1/label/\xff/values").status == 400);
  }

  TEST_CASE("series are label sets and several selectors a union") {
    Fixture f;
    CHECK(data_of(f.ask(series, {{"match[]", "load"}})) == R"([{"__name__":"load","job":"scraper"}])");
    CHECK(data_of(f.ask(series, {{"match[]", "load"}, {"match[]", R"(up{instance="a:1"})"}})) ==
          R"([{"__name__":"load","job":"scraper"},{"__name__":"up","instance":"a:1","job":"node"}])");
  }

  TEST_CASE("a limit cuts the list and warns only when something was cut") {
    Fixture f;
    const auto two = f.ask(label_names, {{"limit", "2"}});
    CHECK(
        two.body ==
        R"({"status":"success","data":["__name__","instance"],"warnings":["results truncated due to limit"]})");
    CHECK(f.ask(label_names, {{"limit", "3"}}).body.find("warnings") == std::string::npos);
  }

  TEST_CASE("selectors are needed and must select") {
    Fixture f;
    CHECK(f.ask(series, {}).body ==
          R"({"status":"error","errorType":"bad_data","error":"no match[] parameter provided"})");
    for (const char* selector : {"{}", R"({job=""})", "up{", "up[5m]", "sum(up)"}) {
      CAPTURE(selector);
      CHECK(f.ask(series, {{"match[]", selector}}).status == 400);
    }
    CHECK(f.ask(label_names, {{"start", "x"}}).status == 400);
    CHECK(f.ask(label_names, {{"limit", "-1"}}).status == 400);
  }
}

}  // namespace sonde::api
