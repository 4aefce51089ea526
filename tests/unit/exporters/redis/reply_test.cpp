#include "exporters/redis/reply.h"

#include <doctest/doctest.h>

namespace sonde::redis {
namespace {

Reply text(std::string value) {
  return {.kind = Reply::Kind::Text, .text = std::move(value)};
}

}  // namespace

TEST_SUITE("redis/reply") {
  TEST_CASE("what is not there is nothing") {
    const Reply nothing;
    CHECK(text_of(nothing).empty());
    CHECK_FALSE(number_of(nothing));
    CHECK(item_of(nothing, 3).kind == Reply::Kind::Nil);
    CHECK(value_of(nothing, "a").kind == Reply::Kind::Nil);
    CHECK(reply_error(nothing));
  }

  TEST_CASE("numbers come as integers and as texts") {
    CHECK(*number_of({.kind = Reply::Kind::Integer, .integer = -5}) == -5);
    CHECK(*number_of(text("2.5")) == 2.5);
    CHECK_FALSE(number_of(text("2.5x")));
    CHECK_FALSE(number_of({.kind = Reply::Kind::Error, .text = "1"}));
  }

  TEST_CASE("a value stands behind its name and the last name may have none") {
    const Reply pairs{.kind = Reply::Kind::List,
                      .items = {text("a"), text("b"), text("b"), text("c"), text("d")}};
    CHECK(text_of(value_of(pairs, "a")) == "b");
    CHECK(text_of(value_of(pairs, "b")) == "c");
    CHECK(value_of(pairs, "d").kind == Reply::Kind::Nil);
    std::string seen;
    for_each_pair(pairs,
                  [&](std::string_view name, const Reply& value) { seen += std::string(name) + value.text; });
    CHECK(seen == "abbc");
  }

  TEST_CASE("an error is an error with its text") {
    CHECK(reply_error({.kind = Reply::Kind::Error, .text = "NOAUTH"}).error().message() == "NOAUTH");
  }
}

}  // namespace sonde::redis
