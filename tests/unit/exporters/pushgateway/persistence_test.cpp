#include "exporters/pushgateway/persistence.h"

#include <doctest/doctest.h>

#include <string>

#include "exporters/pushgateway/push_body.h"

namespace sonde::pushgateway {
namespace {

void fill(GroupStore& store) {
  const auto push = [&](std::string_view path, std::string_view body) {
    const auto key = parse_grouping_key(path, true);
    REQUIRE(key);
    REQUIRE(store.push(*key, *parse_push_body(body, *key), PushMode::ReplaceGroup, 12.5));
  };
  push("job/a%2Fb/zone/x%20y", "# HELP m With \\n and \\\\ in it.\n# TYPE m gauge\nm{t=\"a\\\"b\"} 1e-05\n");
  push("job/empty", "");
  push("job/hole/instance@base64/=", "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n");
  push("job/last", "n +Inf\n");
}

std::string page(const GroupStore& store) {
  std::string out;
  store.render(out);
  return out;
}

}  // namespace

TEST_SUITE("pushgateway/persistence") {
  TEST_CASE("what is written is read back") {
    GroupStore store({});
    fill(store);
    GroupStore again({});
    const auto read = read_groups(write_groups(store), again);
    REQUIRE_MESSAGE(read, read.error().message());
    CHECK(again.groups().size() == 4);
    CHECK(page(again) == page(store));
  }

  TEST_CASE("a file cut at any byte is refused") {
    GroupStore store({});
    fill(store);
    const std::string text = write_groups(store);
    for (size_t length = 0; length < text.size(); ++length) {
      CAPTURE(length);
      GroupStore again({});
      CHECK_FALSE(read_groups(std::string_view(text).substr(0, length), again));
    }
  }

  TEST_CASE("an empty store is a file of two lines") {
    GroupStore store({});
    CHECK(write_groups(store) == "#sonde-pushgateway 1\n#end\n");
    CHECK(read_groups("#sonde-pushgateway 1\n#end\n", store));
    CHECK(store.groups().empty());
  }
}

}  // namespace sonde::pushgateway
