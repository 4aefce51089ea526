#include "common/metrics/labels.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace sonde {

TEST_SUITE("metrics/labels") {
  TEST_CASE("labels are sorted and without empty values and the last of equal names wins") {
    const Labels labels{{"b", "1"}, {"a", "2"}, {"empty", ""}, {"b", "3"}};
    CHECK(labels.to_string() == "{a=\"2\", b=\"3\"}");
    CHECK(labels.size() == 2);
    CHECK(labels.get("b") == "3");
    CHECK(labels.get("missing").empty());
    CHECK_FALSE(labels.has("empty"));
    // An empty value that comes last takes the label away.
    CHECK(Labels{{"a", "1"}, {"a", ""}}.empty());
  }

  TEST_CASE("setting keeps the order and an empty value removes") {
    Labels labels{{"m", "1"}};
    labels.set("z", "2");
    labels.set("a", "3");
    labels.set("m", "4");
    CHECK(labels.to_string() == "{a=\"3\", m=\"4\", z=\"2\"}");
    labels.set("m", "");
    labels.remove("nothing");
    CHECK(labels == Labels{{"a", "3"}, {"z", "2"}});
  }

  TEST_CASE("series print as the reference prints them") {
    CHECK(Labels{}.to_string() == "{}");
    CHECK(Labels{{"__name__", "up"}}.to_string() == "up");
    CHECK(Labels{{"__name__", "up"}, {"job", "a\"b\\c\nd"}}.to_string() == "up{job=\"a\\\"b\\\\c\\nd\"}");
    CHECK(Labels{{"__name__", "a.b"}, {"c.d", "e"}}.to_string() == "{\"a.b\", \"c.d\"=\"e\"}");
    CHECK(Labels{{"__name__", "a.b"}}.to_string() == "{\"a.b\"}");
  }

  TEST_CASE("label sets order by their first difference") {
    CHECK(Labels{{"a", "1"}} < Labels{{"a", "2"}});
    CHECK(Labels{{"a", "1"}} < Labels{{"a", "1"}, {"b", "1"}});
    CHECK(Labels{{"a", "9"}} < Labels{{"b", "1"}});
  }

  TEST_CASE("equal sets hash alike and parts do not run together") {
    CHECK(Labels{{"a", "1"}, {"b", "2"}}.hash() == Labels{{"b", "2"}, {"a", "1"}}.hash());
    CHECK(Labels{{"a", "bc"}}.hash() != Labels{{"ab", "c"}}.hash());
    CHECK(Labels{{"a", "b"}, {"c", "d"}}.hash() != Labels{{"a", "d"}, {"c", "b"}}.hash());
  }

  TEST_CASE("legacy names are letters and digits and underscores") {
    for (const char* name : {"a", "_", "up_total", "A9"}) {
      CHECK(is_legacy_label_name(name));
      CHECK(is_legacy_metric_name(name));
    }
    CHECK(is_legacy_metric_name("job:up:sum"));
    CHECK_FALSE(is_legacy_label_name("a:b"));
    for (const char* name : {"", "9a", "a.b", "a-b", "é", "a b"}) CHECK_FALSE(is_legacy_metric_name(name));
  }

}  // TEST_SUITE

}  // namespace sonde
