#include "scraper/ctl/query_verbs.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace sonde::ctl {
namespace {

constexpr std::string_view kVector =
    R"({"status":"success","data":{"resultType":"vector","result":[)"
    R"({"metric":{"__name__":"up","job":"self","instance":"a"},"value":[1795232668.412,"1"]},)"
    R"({"metric":{},"value":[1795232668,"NaN"]}]}})";

std::string text(std::string_view body) {
  const auto rendered = render_query(body, OutputFormat::Promql);
  return rendered ? *rendered : rendered.error().message();
}

}  // namespace

TEST_SUITE("ctl/query_verbs") {
  TEST_CASE("results are printed as promtool prints them") {
    CHECK(text(kVector) ==
          "up{instance=\"a\", job=\"self\"} => 1 @[1795232668.412]\n{} => NaN @[1795232668]\n");
    CHECK(text(R"({"status":"success","data":{"resultType":"scalar","result":[1795234011.301,"2"]}})") ==
          "scalar: 2 @[1795234011.301]\n");
    CHECK(text(R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},)"
               R"("values":[[1,"2"],[3.5,"4"]]}]}})") == "{a=\"b\"} =>\n2 @[1]\n4 @[3.5]\n");
    CHECK(text(R"({"status":"success","data":{"resultType":"vector","result":[]}})") == "\n");
  }

  TEST_CASE("as JSON only the result is printed") {
    CHECK(*render_query(kVector, OutputFormat::Json) ==
          R"([{"metric":{"__name__":"up","instance":"a","job":"self"},"value":[1795232668.412,"1"]},)"
          R"({"metric":{},"value":[1795232668,"NaN"]}])"
          "\n");
    CHECK(*render_labels(R"({"status":"success","data":["a"]})", OutputFormat::Json) == "[\"a\"]\n");
  }

  TEST_CASE("series and label values are a line each") {
    CHECK(*render_series(R"({"status":"success","data":[{"__name__":"up","job":"x"},{"a":"\""}]})",
                         OutputFormat::Promql) == "{__name__=\"up\", job=\"x\"}\n{a=\"\\\"\"}\n");
    CHECK(*render_labels(R"({"status":"success","data":["a","b"]})", OutputFormat::Promql) == "a\nb\n");
  }

  TEST_CASE("an error of the server is shown with its type") {
    CHECK(text(R"({"status":"error","errorType":"bad_data","error":"no"})") == "query error: bad_data: no");
  }

  TEST_CASE("what is no answer of the API is refused") {
    CHECK(text("<html>").starts_with("query error: the server's answer is no API answer"));
    CHECK(text("").starts_with("query error: "));
    CHECK(text("[]").starts_with("query error: "));
    CHECK(text(R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}})")
              .starts_with("query error: the server's answer has another shape"));
    CHECK(text(R"({"status":"success","data":7})")
              .starts_with("query error: the server's answer has another shape"));
  }

  TEST_CASE("an answer cut at any byte is an error and no crash") {
    for (size_t length = 0; length < kVector.size(); ++length) {
      CAPTURE(length);
      CHECK_FALSE(render_query(kVector.substr(0, length), OutputFormat::Promql));
    }
  }

  TEST_CASE("bad arguments end with failure") {
    const std::vector<std::string> none;
    CHECK(query_instant(none) == 1);
    const std::vector<std::string> format{"-o", "xml", "http://127.0.0.1:1", "up"};
    CHECK(query_instant(format) == 1);
    const std::vector<std::string> refused{"http://127.0.0.1:1", "up"};
    CHECK(query_range(refused) == 1);
    CHECK(query_labels(none) == 1);
    CHECK(query_series(none) == 1);
  }
}

}  // namespace sonde::ctl
