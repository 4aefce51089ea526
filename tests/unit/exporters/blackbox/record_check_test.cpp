#include "exporters/blackbox/record_check.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {
namespace {

bool passes(const std::vector<std::string>& records, std::string_view keys) {
  RecordValidator wanted;
  REQUIRE(yaml::load("{" + std::string(keys) + "}", "test", wanted));
  return !find_bad_record(records, wanted);
}

}  // namespace

// What is wanted is the reference's documentation, but for fail_if_all_match_regexp, which is as it does it.
TEST_SUITE("blackbox/record_check") {
  TEST_CASE("each list has its meaning") {
    const std::vector<std::string> records{"mx 10 a", "mx 20 b"};
    CHECK(passes(records, ""));
    CHECK_FALSE(passes(records, "fail_if_matches_regexp: ['20']"));
    CHECK(passes(records, "fail_if_matches_regexp: ['30']"));
    CHECK(passes(records, "fail_if_not_matches_regexp: ['mx']"));
    CHECK_FALSE(passes(records, "fail_if_not_matches_regexp: ['10']"));
    CHECK(passes(records, "fail_if_none_matches_regexp: ['10']"));
    CHECK_FALSE(passes(records, "fail_if_none_matches_regexp: ['30']"));
    CHECK(passes(records, "fail_if_all_match_regexp: ['mx']"));
    CHECK_FALSE(passes(records, "fail_if_all_match_regexp: ['10']"));
  }

  TEST_CASE("no records at all fail what wants some") {
    CHECK(passes({}, ""));
    CHECK(passes({}, "fail_if_matches_regexp: ['x'], fail_if_all_match_regexp: ['x']"));
    CHECK_FALSE(passes({}, "fail_if_not_matches_regexp: ['x']"));
    CHECK_FALSE(passes({}, "fail_if_none_matches_regexp: ['x']"));
  }
}

}  // namespace sonde::blackbox
