#include "common/exporter/page_merge.h"

#include <doctest/doctest.h>

#include <vector>

using sonde::exporter::merge_families;

namespace {

std::string merge(std::string page, std::string_view more) {
  merge_families(page, more);
  return page;
}

std::string family(const std::string& name, const std::string& samples) {
  return "# HELP " + name + " Some help.\n# TYPE " + name + " gauge\n" + samples;
}

}  // namespace

TEST_SUITE("exporter/page_merge") {
  TEST_CASE("families go where their names belong") {
    const std::string a = family("a", "a{x=\"1\"} 1\na{x=\"2\"} 2\n");
    const std::string b = family("b", "b 1\n");
    const std::string c = family("c", "c 1\n");
    const std::string d = family("d", "d 1\n");
    CHECK(merge(a + c, b + d) == a + b + c + d);
    CHECK(merge(b + d, a + c) == a + b + c + d);
    CHECK(merge(a + b, c + d) == a + b + c + d);
    CHECK(merge(c + d, a + b) == a + b + c + d);
    CHECK(merge("", a + b) == a + b);
    CHECK(merge(a + b, "") == a + b);
  }

  TEST_CASE("names are ordered by their bytes") {
    // "_" is after upper case and before lower case letters.
    const std::string order = family("aB", "aB 1\n") + family("a_", "a_ 1\n") + family("aa", "aa 1\n");
    CHECK(merge(family("aB", "aB 1\n") + family("aa", "aa 1\n"), family("a_", "a_ 1\n")) == order);
    // A name that begins another one comes first.
    CHECK(merge(family("ab", "ab 1\n"), family("a", "a 1\n")) ==
          family("a", "a 1\n") + family("ab", "ab 1\n"));
  }

  TEST_CASE("a family that both have is there once and begins with the added samples") {
    const std::string before = family("a", "a 1\n");
    const std::string after = family("c", "c 1\n");
    CHECK(merge(before + "# HELP b Theirs.\n# TYPE b counter\nb{of=\"page\"} 1\n" + after,
                "# HELP b Ours.\n# TYPE b gauge\nb 2\n") ==
          before + "# HELP b Theirs.\n# TYPE b counter\nb 2\nb{of=\"page\"} 1\n" + after);
    CHECK(merge(before, family("a", "a{x=\"y\"} 2\n")) ==
          "# HELP a Some help.\n# TYPE a gauge\na{x=\"y\"} 2\na 1\n");
  }

  TEST_CASE("histograms stay whole and help may be missing") {
    const std::string histogram = "# TYPE b histogram\nb_bucket{le=\"+Inf\"} 1\nb_sum 1\nb_count 1\n";
    const std::string c = family("b_count_more", "b_count_more 1\n");
    CHECK(merge(histogram, c) == histogram + c);
    CHECK(merge(c, histogram) == histogram + c);
  }

  TEST_CASE("text that looks like a header is none within a line") {
    const std::string page =
        "# HELP a The line \\n# HELP z is help.\n# TYPE a gauge\na{x=\"# TYPE z gauge\"} 1\n";
    const std::string b = family("b", "b 1\n");
    CHECK(merge(page, b) == page + b);
  }

  TEST_CASE("quoted names are ordered without their quotes") {
    const std::string a = "# HELP \"a.b\" x\n# TYPE \"a.b\" gauge\n{\"a.b\"} 1\n";
    const std::string b = family("b", "b 1\n");
    const std::string c = family("c", "c 1\n");
    CHECK(merge(a + c, b) == a + b + c);
  }

  TEST_CASE("names with escapes do not mislead the search") {
    // In the order of their names: p"z comes before pa, but p\\"z would come after pZ.
    const std::string escaped = "# TYPE \"p\\\"z\" gauge\n{\"p\\\"z\"} 1\n";
    const std::string z = family("pZ", "pZ 1\n");
    const std::string a = family("pa", "pa 1\n");
    CHECK(merge(escaped + z + a, "# TYPE pZ gauge\npZ{own=\"1\"} 2\n") ==
          escaped + family("pZ", "pZ{own=\"1\"} 2\npZ 1\n") + a);
    CHECK(merge(z + escaped, a) == z + escaped + a);
    CHECK(merge(escaped, a) == escaped + a);
    CHECK(merge(a, escaped) == escaped + a);
  }

  TEST_CASE("every place of a long page is found") {
    std::vector<std::string> names;
    for (char first = 'a'; first <= 'z'; ++first) {
      for (char second = 'a'; second <= 'e'; ++second) names.push_back({first, second});
    }
    std::string all;
    for (const std::string& name : names) all += family(name, name + " 1\n");
    for (size_t left_out = 0; left_out < names.size(); ++left_out) {
      std::string page;
      for (size_t i = 0; i < names.size(); ++i) {
        if (i != left_out) page += family(names[i], names[i] + " 1\n");
      }
      CAPTURE(names[left_out]);
      CHECK(merge(page, family(names[left_out], names[left_out] + " 1\n")) == all);
    }
  }
}
