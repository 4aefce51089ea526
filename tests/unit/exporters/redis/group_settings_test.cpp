#include "exporters/redis/group_settings.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include "tests/unit/temporary_folder.h"

namespace sonde::redis {
namespace {

std::string refusal(void (*change)(Options&)) {
  Options options;
  change(options);
  const auto settings = make_group_settings(options, io::real_file_system());
  return settings ? "" : settings.error().message();
}

}  // namespace

TEST_SUITE("redis/group_settings") {
  TEST_CASE("lists and scripts and patterns are read once") {
    const TemporaryFolder folder;
    Options options;
    options.check_keys = "a,db1=b*";
    options.count_keys = "c*";
    options.check_key_groups = "^(x)";
    options.scripts = folder.write("a.lua", "return {}") + "," + folder.write("b.lua", "return 1");
    options.check_search_indexes = "^idx";
    const auto settings = make_group_settings(options, io::real_file_system());
    REQUIRE(settings);
    CHECK(settings->checks.keys.at(1).database == 1);
    CHECK(settings->checks.counts.at(0).text == "c*");
    CHECK(settings->key_groups == std::vector<std::string>{"^(x)"});
    CHECK(settings->scripts.at(1).file == folder.at("b.lua"));
    CHECK(settings->scripts.at(1).text == "return 1");
    CHECK(RE2::PartialMatch("idx:a", *settings->search_indexes));
  }

  TEST_CASE("what is wrong is refused with the name of its flag") {
    CHECK(refusal([](Options& o) { o.check_keys = "x=y"; }).starts_with("--check-keys: "));
    CHECK(refusal([](Options& o) { o.check_single_keys = "%"; }).starts_with("--check-single-keys: "));
    CHECK(refusal([](Options& o) { o.check_streams = "a=b=c"; }).starts_with("--check-streams: "));
    CHECK(
        refusal([](Options& o) { o.check_single_streams = "-1=a"; }).starts_with("--check-single-streams: "));
    CHECK(refusal([](Options& o) { o.count_keys = "z=a"; }).starts_with("--count-keys: "));
    CHECK(refusal([](Options& o) { o.check_key_groups = "\"a"; }).starts_with("--check-key-groups: "));
    CHECK(refusal([](Options& o) { o.scripts = "/nowhere.lua"; }).starts_with("--script: "));
    CHECK(refusal([](Options& o) { o.check_keys_batch_size = 0; }).starts_with("--check-keys-batch-size: "));
    CHECK(refusal([](Options& o) {
            o.max_distinct_key_groups = -1;
          }).starts_with("--max-distinct-key-groups: "));
    CHECK(refusal([](Options& o) { o.check_search_indexes = "("; }).starts_with("--check-search-indexes: "));
  }
}

}  // namespace sonde::redis
