#include "scraper/ctl/watch_verbs.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "scraper/ctl/verb.h"
#include "scraper/ctl/watch_file.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::ctl {
namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_SUITE("ctl/watch_verbs") {
  TEST_CASE("one bad URL among good ones changes nothing") {
    const TemporaryFolder folder;
    const std::string file = folder.at("watch.yml");
    CHECK(watch_add(Words{"--file", file, "https://a/", "b"}) == kFailure);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(watch_add(Words{"--file", file, "https://a/", "https://b/", "--insecure"}) == kSuccess);
    CHECK(list_watched(*read_watch_file(file)) ==
          std::vector<WatchedTarget>{{"https://a/", "http_insecure"}, {"https://b/", "http_insecure"}});
  }

  TEST_CASE("removing something that is not watched changes nothing") {
    const TemporaryFolder folder;
    const std::string file = folder.at("watch.yml");
    REQUIRE(watch_add(Words{"--file", file, "https://a/"}) == kSuccess);
    CHECK(watch_remove(Words{"--file", file, "https://a/", "https://b/"}) == kFailure);
    CHECK(list_watched(*read_watch_file(file)).size() == 1);
    CHECK(watch_remove(Words{"--file", file, "https://a/"}) == kSuccess);
    CHECK(read_watch_file(file)->empty());
    CHECK(watch_list(Words{"--file", file}) == kSuccess);
  }

  TEST_CASE("no URL and unknown flags are failures") {
    CHECK(watch_add(Words{}) == kFailure);
    CHECK(watch_remove(Words{}) == kFailure);
    CHECK(watch_list(Words{"--nope"}) == kFailure);
    CHECK(watch_list(Words{"x"}) == kFailure);
  }
}

}  // namespace sonde::ctl
