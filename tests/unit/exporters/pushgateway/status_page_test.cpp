#include "exporters/pushgateway/status_page.h"

#include <doctest/doctest.h>

#include <string>

#include "exporters/pushgateway/push_reader.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kEvil = "</td><script>alert(1)</script>\"'&";

PageFacts facts(const GroupStore& store) {
  return {.store = store,
          .flags = {{"persistence.file", std::string(kEvil)}},
          .start_time_seconds = 1,
          .now_seconds = 2,
          .external_path = "/pre",
          .has_admin_api = false};
}

}  // namespace

TEST_SUITE("pushgateway/status_page") {
  TEST_CASE("whatever was pushed is escaped") {
    GroupStore store({});
    GroupingKey key;
    key.labels.set("job", kEvil);
    key.labels.set("l", kEvil);
    std::string body = "# HELP m " + std::string(kEvil) + "\nm{v=\"</td><script>alert(1)</script>'&\"} 1\n";
    const auto read = PushReader(body, key, false).read();
    REQUIRE(read);
    store.apply(key, GroupStore::prepare(read->families, 1), PushMode::ReplaceGroup, {1, 2});
    const std::string& id = store.groups().begin()->first;
    for (const std::string& page :
         {write_status_page(facts(store), std::nullopt), write_status_page(facts(store), id)}) {
      CHECK(page.find("<script>") == std::string::npos);
      CHECK(page.find("alert(1)&lt;/script&gt;") != std::string::npos);
      CHECK(page.find("http://") == std::string::npos);
      CHECK(page.find("https://") == std::string::npos);
    }
    CHECK(write_status_page(facts(store), std::nullopt).find("The last push failed") != std::string::npos);
  }

  TEST_CASE("links and buttons are below the external path") {
    GroupStore store({});
    const GroupingKey key = *parse_grouping_key("job/j/l/a b", false);
    store.set_times(key, {.push_seconds = 1});
    PageFacts all = facts(store);
    CHECK(write_status_page(all, std::nullopt).find("data-path=\"/pre/metrics/job/j/l@base64/YSBi\"") !=
          std::string::npos);
    CHECK(write_status_page(all, std::nullopt).find("/admin/wipe") == std::string::npos);
    all.has_admin_api = true;
    CHECK(write_status_page(all, std::nullopt).find("data-path=\"/pre/api/v1/admin/wipe\"") !=
          std::string::npos);
    CHECK(write_status_page(all, "gone").find("no such group") != std::string::npos);
  }

  TEST_CASE("so many groups are listed and no more") {
    GroupStore store({});
    for (size_t i = 0; i <= kPageGroupsMax; ++i) {
      store.set_times(*parse_grouping_key("job/j" + std::to_string(i), false), {.push_seconds = 1});
    }
    const std::string page = write_status_page(facts(store), std::nullopt);
    size_t buttons = 0;
    for (size_t at = page.find("<button"); at != std::string::npos; at = page.find("<button", at + 1))
      ++buttons;
    CHECK(buttons == kPageGroupsMax);
  }
}

}  // namespace sonde::pushgateway
