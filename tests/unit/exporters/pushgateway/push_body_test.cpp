#include "exporters/pushgateway/push_body.h"

#include <doctest/doctest.h>

#include <string>

#include "exporters/pushgateway/group_store.h"

namespace sonde::pushgateway {
namespace {

std::string lines(std::string_view body, std::string_view path) {
  const auto families = parse_push_body(body, *parse_grouping_key(path, false));
  REQUIRE(families);
  std::string out;
  for (const PushedFamily& family : *families) {
    for (const PushedSample& sample : family.samples) render_sample(out, family.name, sample);
  }
  return out;
}

}  // namespace

TEST_SUITE("pushgateway/push_body") {
  TEST_CASE("the path's labels replace the body's and a missing instance is empty") {
    CHECK(lines("x{job=\"other\",z=\"1\",a=\"2\"} 1\n", "job/j") ==
          "x{a=\"2\",instance=\"\",job=\"j\",z=\"1\"} 1\n");
    CHECK(lines("x{instance=\"i\"} 1\n", "job/j") == "x{instance=\"i\",job=\"j\"} 1\n");
    CHECK(lines("x{instance=\"i\"} 1\n", "job/j/instance@base64/=") == "x{instance=\"\",job=\"j\"} 1\n");
  }

  TEST_CASE("a histogram stays one family with le last") {
    const auto families = parse_push_body(
        "# TYPE h histogram\nh_bucket{le=\"1\",zone=\"z\"} 1\nh_bucket{le=\"+Inf\",zone=\"z\"} "
        "2\nh_sum{zone=\"z\"} 3\n"
        "h_count{zone=\"z\"} 2\n",
        *parse_grouping_key("job/j", false));
    REQUIRE(families);
    REQUIRE(families->size() == 1);
    std::string out;
    render_sample(out, "h", (*families)[0].samples[0]);
    CHECK(out == "h_bucket{instance=\"\",job=\"j\",zone=\"z\",le=\"1\"} 1\n");
  }

  TEST_CASE("what cannot be a push is refused whole") {
    const auto bad = [](std::string_view body, std::string_view message) {
      CAPTURE(body);
      const auto families = parse_push_body(body, *parse_grouping_key("job/j", false));
      REQUIRE_FALSE(families);
      CHECK(families.error().message().find(message) != std::string::npos);
    };
    bad("x 1", "must end with a line feed");
    bad("x 1 1000\n", "must not have timestamps");
    bad("good 1\nbad{ 1\n", "parsing error");
    bad("x 1\n# TYPE x gauge\n", "TYPE reported after samples");
  }
}

}  // namespace sonde::pushgateway
