#include "scraper/api/answer.h"

#include <doctest/doctest.h>

#include <vector>

namespace sonde::api {

TEST_SUITE("api/answer") {
  TEST_CASE("each error type has its word and its status code") {
    const auto check = [](ErrorType type, int status, const char* word) {
      CAPTURE(word);
      const http::Response response = error_response(type, "why");
      CHECK(response.status == status);
      CHECK(response.content_type == "application/json");
      CHECK(response.body ==
            "{\"status\":\"error\",\"errorType\":\"" + std::string(word) + "\",\"error\":\"why\"}");
    };
    check(ErrorType::BadData, 400, "bad_data");
    check(ErrorType::Execution, 422, "execution");
    check(ErrorType::Cancelled, 499, "canceled");
    check(ErrorType::Timeout, 503, "timeout");
    check(ErrorType::Internal, 500, "internal");
    check(ErrorType::Unavailable, 500, "unavailable");
    check(ErrorType::NotFound, 404, "not_found");
  }

  TEST_CASE("data stands in an envelope and empty lists of warnings are left out") {
    const auto number = [](JsonWriter& json) { json.integer(1); };
    CHECK(data_response(number).body == R"({"status":"success","data":1})");
    const std::vector<std::string> warnings{"cut"};
    CHECK(data_response(number, warnings).body == R"({"status":"success","data":1,"warnings":["cut"]})");
  }

  TEST_CASE("ten warnings are shown and the others counted") {
    const std::vector<std::string> warnings(12, "w");
    const std::vector<std::string> infos(11, "i");
    std::string out;
    JsonWriter json(out);
    begin_success(json);
    json.integer(1);
    end_success(json, warnings, infos);
    CHECK(out.ends_with(
        R"("w","2 more warning annotations omitted"],"infos":["i","i","i","i","i","i","i","i","i","i",)"
        R"("1 more info annotations omitted"]})"));
  }

  TEST_CASE("a storage's error keeps its kind") {
    CHECK(storage_error(Error(ErrorCode::Io, "x")).status == 500);
    CHECK(storage_error(Error(ErrorCode::Cancelled, "x")).status == 499);
    CHECK(storage_error(Error(ErrorCode::DeadlineExceeded, "x")).status == 503);
    CHECK(storage_error(Error(ErrorCode::Unsupported, "x")).body.find("unavailable") != std::string::npos);
    CHECK(invalid_parameter("query", "no").body ==
          R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": no"})");
  }
}

}  // namespace sonde::api
