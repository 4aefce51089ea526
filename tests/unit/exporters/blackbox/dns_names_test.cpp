#include "exporters/blackbox/dns_names.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {

// The numbers are IANA's.
TEST_SUITE("blackbox/dns_names") {
  TEST_CASE("names have their numbers") {
    CHECK(dns_type_number("A") == 1);
    CHECK(dns_type_number("AAAA") == 28);
    CHECK(dns_type_number("ANY") == 255);
    CHECK(dns_type_number("HTTPS") == 65);
    CHECK(dns_type_number("NSEC3") == 50);
    CHECK(dns_type_number("X25") == 19);
    CHECK(dns_class_number("CH") == 3);
    CHECK(dns_rcode_number("NXDOMAIN") == 3);
    CHECK(dns_rcode_name(5) == "REFUSED");
  }

  TEST_CASE("what is none has none") {
    CHECK_FALSE(dns_type_number("a"));
    CHECK_FALSE(dns_type_number(""));
    CHECK_FALSE(dns_class_number("X"));
    CHECK_FALSE(dns_rcode_number("NOPE"));
    CHECK(dns_rcode_name(4000) == "unknown");
  }
}

}  // namespace sonde::blackbox
