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

  TEST_CASE("names are read back from their values and broken ones stay as they are") {
    CHECK(unescape_name("job") == "job");
    CHECK(unescape_name("U__x_2e_y") == "x.y");
    CHECK(unescape_name("U__x_2E_y") == "x.y");
    CHECK(unescape_name("U__a__b") == "a_b");
    CHECK(unescape_name("U__caf_e9_") == "caf\xc3\xa9");
    CHECK(unescape_name("U___1f600_") == "\xf0\x9f\x98\x80");
    for (const char* name : {"U__x_2e", "U___", "U__x_zz_", "U___d800_", "U___dfff_", "U___110000_",
                             "U___00000002e_", "U___10ffff_"}) {
      CAPTURE(name);
      CHECK(unescape_name(name) == name);
    }
    for (const std::string_view name : {"a.b_c",
                                        "\xc3\xa9"
                                        "9",
                                        "U__x.y", "\xf0\x9f\x98\x80 _"}) {
      CAPTURE(name);
      CHECK(unescape_name(escape_name(name, Escaping::Values)) == name);
    }
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
