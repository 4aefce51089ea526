#include "common/exposition/protobuf_reader.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/common/exposition/golden.h"

namespace sonde::exposition {

TEST_SUITE("exposition/protobuf_reader") {
  TEST_CASE("protobuf reads back as the page it was made of") {
    std::string page;
    REQUIRE(append_protobuf_as_text(read_golden("page.protobuf"), page));
    // Bounds are whole numbers there and floats here.
    std::string want = read_golden("page.txt");
    for (size_t at = want.find("le=\"1\""); at != std::string::npos; at = want.find("le=\"1\"", at)) {
      want.replace(at, 6, "le=\"1.0\"");
    }
    CHECK(page == want);
  }

  TEST_CASE("protobuf cut at any byte is refused unless whole messages are left") {
    const std::string body = read_golden("page.protobuf");
    size_t whole = 0;
    for (size_t length = 0; length < body.size(); ++length) {
      std::string page;
      whole += append_protobuf_as_text(std::string_view(body).substr(0, length), page).ok() ? 1 : 0;
    }
    // Nothing, and each family but the last.
    CHECK(whole == 7);
  }

  TEST_CASE("protobuf with any bit flipped is read or refused") {
    const std::string body = read_golden("page.protobuf");
    for (size_t bit = 0; bit < body.size() * 8; ++bit) {
      std::string bad = body;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
      std::string page;
      const Status status = append_protobuf_as_text(bad, page);
      if (!status) CHECK(status.error().range()->end <= bad.size());
    }
  }

  TEST_CASE("a native histogram becomes its count and sum and last bucket") {
    // name "h"; type HISTOGRAM; metric { histogram { count 5; sum 2.5; schema 3; positive_delta 2 } }
    const std::string body(
        "\x1c\x0a\x01h\x18\x04\x22\x15\x3a\x13\x08\x05\x11\0\0\0\0\0\0\x04\x40\x28\x06\x68\x04\x30\x00\x30"
        "\x00",
        29);
    std::string page;
    REQUIRE(append_protobuf_as_text(body, page));
    CHECK(page == "# HELP h \n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 5\nh_sum 2.5\nh_count 5\n");
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
