#include "scraper/scrape/group_claims.h"

#include <doctest/doctest.h>

using sonde::Labels;
using sonde::scrape::GroupClaims;

TEST_SUITE("scrape/group_claims") {
  TEST_CASE("a group has one writer until it is released") {
    GroupClaims claims;
    const Labels group{{"job", "j"}};
    CHECK(claims.claim(group, 1));
    CHECK(claims.claim(group, 1));
    CHECK_FALSE(claims.claim(group, 2));
    CHECK_FALSE(claims.release(group, 2));
    CHECK(claims.release(group, 1));
    CHECK(claims.claim(group, 2));
  }

  TEST_CASE("what a loop leaves may be taken over or still be released by it") {
    GroupClaims claims;
    const Labels group{{"job", "j"}};
    claims.claim(group, 1);
    claims.leave(group, 2);  // Not its own.
    CHECK_FALSE(claims.claim(group, 3));
    claims.leave(group, 1);
    CHECK(claims.claim(group, 3));
    CHECK_FALSE(claims.release(group, 1));
    claims.leave(group, 3);
    CHECK(claims.release(group, 3));
  }

  TEST_CASE("a target takes its group from a stray and keeps it from strays") {
    GroupClaims claims;
    const Labels group{{"job", "j"}};
    CHECK(claims.claim_stray(group, 1));
    CHECK(claims.claim_stray(group, 1));
    CHECK_FALSE(claims.claim_stray(group, 3));
    CHECK(claims.taken_count() == 0);
    CHECK(claims.claim(group, 2));
    CHECK(claims.taken_count() == 1);
    CHECK_FALSE(claims.release(group, 1));
    CHECK_FALSE(claims.claim_stray(group, 1));
    CHECK_FALSE(claims.claim_stray(group, 2));
    claims.leave(group, 2);
    CHECK(claims.claim_stray(group, 1));
  }
}
