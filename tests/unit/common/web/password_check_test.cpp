#include "common/web/password_check.h"

#include <doctest/doctest.h>

#include <memory>

using sonde::loop::EventLoop;
using sonde::web::is_bcrypt_hash;
using sonde::web::PasswordChecker;
using sonde::web::read_basic_credentials;

namespace {

// The well-known test vector of bcrypt for "U*U" at cost 5.
constexpr const char* kHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

PasswordChecker::Verdict check(EventLoop& loop, PasswordChecker& checker, const char* password,
                               const char* hash) {
  auto verdict = PasswordChecker::Verdict::Busy;
  checker.check({"user", password}, {.hash = hash, .cost_max = 5}, [&](PasswordChecker::Verdict got) {
    verdict = got;
    loop.stop();
  });
  loop.run();
  return verdict;
}

}  // namespace

TEST_SUITE("web/password_check") {
  TEST_CASE("the right password is right and everything else wrong") {
    const sonde::SystemClock clock;
    auto loop = EventLoop::make(clock);
    REQUIRE(loop);
    PasswordChecker checker(**loop);
    using enum PasswordChecker::Verdict;
    CHECK(check(**loop, checker, "U*U", kHash) == Right);
    CHECK(check(**loop, checker, "U*U", kHash) == Right);  // Remembered.
    CHECK(check(**loop, checker, "U*V", kHash) == Wrong);
    CHECK(check(**loop, checker, "", kHash) == Wrong);
    CHECK(check(**loop, checker, "U*U", "") == Wrong);  // An unknown user.
  }

  TEST_CASE("a hash that was made is its password's alone") {
    const sonde::SystemClock clock;
    auto loop = EventLoop::make(clock);
    REQUIRE(loop);
    PasswordChecker checker(**loop);
    const auto hash = sonde::web::make_bcrypt_hash("secret");
    REQUIRE(hash);
    CHECK(*hash != *sonde::web::make_bcrypt_hash("secret"));  // The salt.
    using enum PasswordChecker::Verdict;
    CHECK(check(**loop, checker, "secret", hash->c_str()) == Right);
    CHECK(check(**loop, checker, "secreT", hash->c_str()) == Wrong);
    CHECK(sonde::web::make_bcrypt_hash(std::string(72, 'x')));
    CHECK_FALSE(sonde::web::make_bcrypt_hash(std::string(73, 'x')));
    CHECK_FALSE(sonde::web::make_bcrypt_hash(std::string("a\0b", 3)));
  }

  TEST_CASE("equal questions that wait together get one answer each") {
    const sonde::SystemClock clock;
    auto loop = EventLoop::make(clock);
    REQUIRE(loop);
    PasswordChecker checker(**loop);
    int right = 0;
    for (int i = 0; i < 200; ++i) {  // More than may wait for different answers.
      checker.check({"user", "U*U"}, {.hash = kHash, .cost_max = 5}, [&](PasswordChecker::Verdict verdict) {
        right += verdict == PasswordChecker::Verdict::Right ? 1 : 0;
        if (right == 200) (*loop)->stop();
      });
    }
    (*loop)->run();
    CHECK(right == 200);
  }

  TEST_CASE("too many different questions are turned away") {
    const sonde::SystemClock clock;
    auto loop = EventLoop::make(clock);
    REQUIRE(loop);
    PasswordChecker checker(**loop);
    int busy = 0;
    for (int i = 0; i < 100; ++i) {
      checker.check(
          {"user", std::to_string(i)}, {.hash = kHash, .cost_max = 5},
          [&](PasswordChecker::Verdict verdict) { busy += verdict == PasswordChecker::Verdict::Busy; });
    }
    CHECK(busy == 36);
  }

  TEST_CASE("only well-formed bcrypt hashes are taken") {
    CHECK(is_bcrypt_hash(kHash));
    CHECK(sonde::web::bcrypt_cost(kHash) == 5);
    const std::string good = kHash;
    for (size_t length = 0; length < good.size(); ++length)
      CHECK_FALSE(is_bcrypt_hash(good.substr(0, length)));
    CHECK_FALSE(is_bcrypt_hash(good + "x"));
    CHECK_FALSE(is_bcrypt_hash("$2a$99$" + good.substr(7)));
    CHECK_FALSE(is_bcrypt_hash("$1$" + good.substr(3)));
  }

  TEST_CASE("basic credentials are cut at the first colon") {
    const auto credentials = read_basic_credentials("basic dXNlcjphOmI=");  // user:a:b
    REQUIRE(credentials);
    CHECK(credentials->user == "user");
    CHECK(credentials->password == "a:b");
    for (const char* header :
         {"", "Basic", "Basic !!!!", "Bearer dXNlcjphOmI=", "Basic dXNlcg==", "Basic dXN"}) {
      CAPTURE(header);
      CHECK_FALSE(read_basic_credentials(header));
    }
  }

}  // TEST_SUITE
