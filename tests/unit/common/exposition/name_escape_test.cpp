#include "common/exposition/negotiation.h"

#include <doctest/doctest.h>

namespace sonde::exposition {

TEST_SUITE("exposition/name_escape") {
  TEST_CASE("names are escaped in four ways") {
    CHECK(escape_name("a.b_c", Escaping::AllowUtf8) == "a.b_c");
    CHECK(escape_name("a.b_c", Escaping::Underscores) == "a_b_c");
    CHECK(escape_name("a.b_c", Escaping::Dots) == "a_dot_b__c");
    CHECK(escape_name("a.b_c", Escaping::Values) == "U__a_2e_b__c");
    CHECK(escape_name("é9", Escaping::Underscores) == "_9");
    CHECK(escape_name("é9", Escaping::Values) == "U___e9_9");
    CHECK(escape_name("9a", Escaping::Underscores) == "_a");
    CHECK(escape_name("legacy_name", Escaping::Underscores) == "legacy_name");
    CHECK(escape_name("legacy_name", Escaping::Values) == "legacy_name");
    CHECK(escape_name("legacy_name", Escaping::Dots) == "legacy__name");
    CHECK(escape_name("", Escaping::Values).empty());
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
