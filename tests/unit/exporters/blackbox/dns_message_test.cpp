#include "exporters/blackbox/dns_message.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::blackbox {
namespace {

using namespace std::string_literals;

// Written by hand after RFC 1035: an answer to "example.org. IN MX" with one record in each section, the SOA
// record in the authority section; names are compressed. The additional record stands apart.
const std::string kAnswer =
    "\x12\x34\x84\0\0\x01\0\x01\0\x01\0\x01"s  // id, answer, authoritative, counts
    "\x07"
    "example\x03org\0\0\x0f\0\x01"s            // question, its name at 12
    "\xc0\x0c\0\x0f\0\x01\0\0\x0e\x10\0\x09"s  // example.org. MX, 3600 s, 9 bytes
    "\0\x0a\x04"
    "mail\xc0\x0c"s                          // 10 mail.example.org.
    "\xc0\x0c\0\x06\0\x01\0\0\0\x3c\0\x1b"s  // example.org. SOA, 60 s, 27 bytes
    "\x02"
    "ns\xc0\x0c\xc0\x0c\0\0\0\x07\0\0\x0e\x10"s  // ns.example.org., example.org., 7, 3600
    "\0\0\x02\x58\0\x01\x51\x80\0\0\0\x3c"s;     // 600, 86400, 60

const std::string kAdditional =
    "\x04"
    "mail\xc0\x0c\0\x01\0\x01\0\0\0\x1e\0\x04\xc0\0\x02\x01"s;

std::string soa_answer() {
  return "\0\x07\x80\x03\0\x01\0\x01\0\0\0\0"s  // id 7, answer, NXDOMAIN
         "\x01"
         "a\0\0\x06\0\x01"s                       // question: a. SOA
         "\xc0\x0c\0\x06\0\x01\0\0\0\x3c\0\x18"s  // a. SOA, 60 s, 24 bytes
         "\xc0\x0c\xc0\x0c\x78\xa4\x03\x25\0\0\x0e\x10\0\0\x02\x58\0\x01\x51\x80\0\0\0\x3c"s;
}

}  // namespace

TEST_SUITE("blackbox/dns_message") {
  TEST_CASE("a query is the bytes of RFC 1035") {
    const auto query = write_dns_query({.id = 0x1234, .name = "example.org", .type = 15, .query_class = 1});
    REQUIRE(query);
    CHECK(*query ==
          "\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07"
          "example\x03org\0\0\x0f\0\x01"s);
    const auto plain = write_dns_query(
        {.id = 1, .name = "example.org.", .type = 255, .query_class = 255, .recursion_desired = false});
    REQUIRE(plain);
    CHECK(*plain ==
          "\0\x01\0\0\0\x01\0\0\0\0\0\0\x07"
          "example\x03org\0\0\xff\0\xff"s);
  }

  TEST_CASE("a name that is none is refused") {
    CHECK_FALSE(write_dns_query({.name = std::string(70, 'x') + ".org", .type = 1, .query_class = 1}));
    CHECK_FALSE(write_dns_query({.name = "a..b", .type = 1, .query_class = 1}));
  }

  TEST_CASE("a second OPT or TSIG record makes a message bad") {
    // RFC 6891, 6.1.1 and RFC 8945, 5.1: at most one. Root name, type, class, time to live, length.
    const std::string opt = "\0\0\x29\x02\0\0\0\0\0\0\0"s;
    const std::string tsig = "\0\0\xfa\0\xff\0\0\0\0\0\0"s;
    const auto message = [](char count, const std::string& records) {
      return "\x12\x34\x84\0\0\x01\0\0\0\0\0"s + count + "\x01" + "a\0\0\x06\0\x01"s + records;
    };
    CHECK(read_dns_answer(message(1, opt)));
    CHECK(read_dns_answer(message(2, opt + tsig)));
    for (const std::string& records : {opt + opt, tsig + tsig, opt + tsig + tsig}) {
      const auto answer = read_dns_answer(message(static_cast<char>(records.size() / 11), records));
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code() == ErrorCode::Corrupt);
    }
  }

  TEST_CASE("the records of an answer are their presentation forms") {
    const auto answer = read_dns_answer(kAnswer + kAdditional);
    REQUIRE(answer);
    CHECK(answer->id == 0x1234);
    CHECK(answer->rcode == 0);
    CHECK(answer->answer == std::vector<std::string>{"example.org.\t3600\tIN\tMX\t10 mail.example.org."});
    REQUIRE(answer->authority.size() == 1);
    CHECK(answer->authority[0].starts_with(
        "example.org.\t60\tIN\tSOA\tns.example.org. example.org. 7 3600 600 "));
    CHECK(answer->additional == std::vector<std::string>{"mail.example.org.\t30\tIN\tA\t192.0.2.1"});
    CHECK_FALSE(answer->soa_serial);
  }

  TEST_CASE("the serial of a zone and the code are read") {
    const auto answer = read_dns_answer(soa_answer());
    REQUIRE(answer);
    CHECK(answer->rcode == 3);
    CHECK(answer->soa_serial == 0x78a40325);
  }

  TEST_CASE("a message cut at any byte is refused") {
    const std::string whole = kAnswer + kAdditional;
    for (size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(read_dns_answer(std::string_view(whole).substr(0, size)));
    }
  }

  TEST_CASE("a query is no answer") {
    CHECK_FALSE(
        read_dns_answer("\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07"
                        "example\x03org\0\0\x0f\0\x01"s));
  }

  TEST_CASE("the id is the first two bytes") {
    CHECK(read_dns_id("\x12\x34") == 0x1234);
    CHECK_FALSE(read_dns_id("\x12"));
  }
}

}  // namespace sonde::blackbox
