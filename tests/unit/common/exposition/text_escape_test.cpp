#include "common/exposition/text_escape.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::exposition {

TEST_SUITE("exposition/text_escape") {
  TEST_CASE("label values and helps are escaped and made valid") {
    std::string out;
    append_label_value(out, "a\"b\\c\nd\xff");
    CHECK(out == "a\\\"b\\\\c\\nd\xEF\xBF\xBD");
    out.clear();
    append_help(out, "a\"b\\c\n", false);
    CHECK(out == "a\"b\\\\c\\n");
    out.clear();
    append_help(out, "a\"", true);
    CHECK(out == "a\\\"");
    CHECK(is_plain_label_value("plain text 1"));
    for (const char* special : {"a\"", "a\\", "a\n", "é"}) CHECK_FALSE(is_plain_label_value(special));
  }

  TEST_CASE("names are quoted where they must be") {
    std::string out;
    append_metric_name(out, "a:b");
    append_label_name(out, "a:b");
    append_metric_name(out, "a.\"b");
    CHECK(out == "a:b\"a:b\"\"a.\\\"b\"");
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
