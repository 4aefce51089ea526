#include "scraper/api/result_stream.h"

#include <doctest/doctest.h>

namespace sonde::api {
namespace {

std::string whole(promql::QueryResult result, ResultStream::Options options = {}) {
  return stream_response(std::move(result), options).body;
}

promql::QueryResult matrix() {
  promql::QueryResult result;
  result.type = promql::ValueType::Matrix;
  result.series = {{Labels{{"a", "1"}}, {{1000, 1}, {2000, 2.5}}}, {Labels{{"a", "2"}}, {{1500, -3}}}};
  return result;
}

constexpr std::string_view kMatrixText =
    R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"1"},"values":[[1,"1"],[2,"2.5"]]},)"
    R"({"metric":{"a":"2"},"values":[[1.500,"-3"]]}]}})";

}  // namespace

TEST_SUITE("api/result_stream") {
  TEST_CASE("each type of result has the reference's shape") {
    CHECK(whole(matrix()) == kMatrixText);
    promql::QueryResult vector;
    vector.type = promql::ValueType::Vector;
    vector.series = {{Labels{{"__name__", "up"}}, {{1500, 1}}}};
    CHECK(
        whole(vector) ==
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up"},"value":[1.500,"1"]}]}})");
    promql::QueryResult scalar;
    scalar.type = promql::ValueType::Scalar;
    scalar.scalar = {1234, 2};
    CHECK(whole(scalar) == R"({"status":"success","data":{"resultType":"scalar","result":[1.234,"2"]}})");
    promql::QueryResult text;
    text.type = promql::ValueType::String;
    text.text = "a\"b";
    CHECK(whole(text) == R"({"status":"success","data":{"resultType":"string","result":[0,"a\"b"]}})");
    promql::QueryResult nothing;
    nothing.type = promql::ValueType::Vector;
    CHECK(whole(nothing) == R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  }

  TEST_CASE("warnings and infos follow the data") {
    promql::QueryResult result = matrix();
    result.series.clear();
    result.warnings = {"w"};
    result.infos = {"i"};
    CHECK(
        whole(result) ==
        R"({"status":"success","data":{"resultType":"matrix","result":[]},"warnings":["w"],"infos":["i"]})");
  }

  TEST_CASE("stats are there when asked for") {
    promql::QueryResult result = matrix();
    result.series.clear();
    result.stats.samples_total = 7;
    const std::string text = whole(result, {.with_stats = true, .queue_seconds = 0.5});
    CHECK(text.find(R"("execQueueTime":0.5)") != std::string::npos);
    CHECK(text.find(R"("samples":{"totalQueryableSamples":7,"samplesRead":7,"peakSamples":0})") !=
          std::string::npos);
  }

  TEST_CASE("pieces of any size make the same text") {
    for (size_t bytes = 1; bytes < kMatrixText.size(); ++bytes) {
      CAPTURE(bytes);
      ResultStream stream(matrix(), {});
      std::string all;
      while (!stream.done()) {
        std::string piece;
        stream.append_piece(piece, bytes);
        REQUIRE_FALSE(piece.empty());
        all += piece;
      }
      CHECK(all == kMatrixText);
    }
  }

  TEST_CASE("a large result is streamed after its first megabyte") {
    promql::QueryResult result;
    result.type = promql::ValueType::Matrix;
    for (int64_t s = 0; s < 40; ++s) {
      result.series.push_back({Labels{{"s", std::to_string(s)}}, {}});
      for (int64_t t = 0; t < 10'000; ++t)
        result.series.back().points.push_back({t * 1000, static_cast<double>(t)});
    }
    http::Response response = stream_response(std::move(result), {});
    CHECK(response.body.size() < 1'100'000);
    REQUIRE(response.source);
    std::string rest;
    size_t pieces = 0;
    for (;;) {
      const size_t before = rest.size();
      const auto more = response.source(rest);
      REQUIRE(more);
      if (!*more) break;
      CHECK(rest.size() - before < 100'000);
      ++pieces;
    }
    CHECK(pieces > 10);
    CHECK((response.body + rest).ends_with("[9999,\"9999\"]]}]}}"));
  }
}

}  // namespace sonde::api
